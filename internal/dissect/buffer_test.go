package dissect_test

import (
	"net/netip"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
)

func TestBuffer(t *testing.T) {
	t.Parallel()
	var b dissect.Buffer
	octets := []byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255}
	for _, c := range []struct {
		name, want string
		got        func() []byte
	}{
		{"number", "-42", func() []byte { return b.Number(-42) }},
		{"numbers", "1.20.3", func() []byte { return b.Numbers('.', 1, 20, 3) }},
		{"no numbers", "", func() []byte { return b.Numbers('.') }},
		{"octets", "5.1.255", func() []byte { return b.Octets('.', []byte{5, 1, 255}) }},
		{"hex", "00ff", func() []byte { return b.Hex([]byte{0, 255}) }},
		{"hex number", "c0", func() []byte { return b.HexNumber(0xc0, 0) }},
		{"padded", "0000002a", func() []byte { return b.HexNumber(42, 8) }},
		{"padded zero", "0000", func() []byte { return b.HexNumber(0, 4) }},
		{"longer than its padding", "12345", func() []byte { return b.HexNumber(0x12345, 4) }},
		{"mac", "02:00:5e:00:53:01", func() []byte { return b.MAC([]byte{2, 0, 0x5e, 0, 0x53, 1}) }},
		{"address", "192.0.2.1", func() []byte { return b.Address(netip.MustParseAddr("192.0.2.1")) }},
		{"no address", "", func() []byte { return b.Address(netip.Addr{}) }},
		{"guid", "00010203-0405-0607-0809-0a0b0c0d0eff", func() []byte { return b.GUID(octets) }},
		{"no guid", "", func() []byte { return b.GUID(make([]byte, 16)) }},
		{"names", "router,phone", func() []byte { return b.Names(0b1101, "router", "bridge", "", "phone") }},
	} {
		if got := string(c.got()); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestOctetsListsFromFirstToLast(t *testing.T) {
	t.Parallel()
	list := dissect.Octets(0x80, 0xff)
	if len(list) != 128 || list[0] != 0x80 || list[127] != 0xff {
		t.Errorf("%d octets from %#x on", len(list), list[0])
	}
}

func TestInOrder(t *testing.T) {
	t.Parallel()
	client := heron.Message{Flow: &heron.FlowScratch{}, FromClient: true}
	server := heron.Message{Flow: client.Flow}
	for i, c := range []struct {
		m          *heron.Message
		id, serial uint32
		count      int
		ok         bool
	}{
		{&client, 7, 100, 1, true},
		{&server, 9, 1, 1, true}, // the other side's
		{&client, 7, 100, 1, true},
		{&client, 7, 103, 2, true},
		{&client, 7, 102, 2, false},
		{&client, 7, 400, 2, false},
		{&client, 8, 104, 2, false},
		{&client, 7, 104, 3, true},
	} {
		if count, ok := dissect.InOrder(c.m, c.id, c.serial); count != c.count || ok != c.ok {
			t.Errorf("datagram %d: got %d, %v, want %d, %v", i, count, ok, c.count, c.ok)
		}
	}
}
