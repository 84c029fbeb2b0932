package dhcp_test

import (
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/proto/dhcp"
	"github.com/heron-iot/heron/internal/wire"
)

func discover() dhcp.Message {
	return dhcp.Message{
		Op: dhcp.OpRequest, XID: 0x3903f326, Broadcast: true,
		ClientIP: netip.MustParseAddr("192.0.2.7"), ClientMAC: heron.MAC{2, 0, 0, 0, 0, 7},
		Options: []dhcp.Option{
			dhcp.Type(dhcp.Discover), dhcp.Text(dhcp.OptHostName, "lamp"),
			dhcp.Addr(dhcp.OptRequestedIP, netip.MustParseAddr("192.0.2.9")),
		},
	}
}

func options(t *testing.T, b []byte) (dhcp.Header, []dhcp.Option, error) {
	t.Helper()
	r := wire.NewReader(b)
	h, ok := dhcp.ReadHeader(&r)
	if !ok {
		t.Fatal("not DHCP")
	}
	var all []dhcp.Option
	opts := h.Options(&r)
	for o, ok := opts.Next(); ok; o, ok = opts.Next() {
		all = append(all, o)
	}
	return h, all, opts.Err()
}

func TestWhatIsWrittenCanBeRead(t *testing.T) {
	t.Parallel()
	m := discover()
	b := m.Append(nil)
	h, got, err := options(t, b)
	if err != nil || h.Op != m.Op || h.XID != int(m.XID) || !h.Broadcast || h.ClientIP != m.ClientIP || h.ClientMAC != m.ClientMAC {
		t.Errorf("header %+v, error %v", h, err)
	}
	if diff := cmp.Diff(m.Options, got); diff != "" {
		t.Error(diff)
	}
	if len(b) < 300 {
		t.Errorf("%d bytes; some relays want 300", len(b))
	}
}

func TestOverloadedFieldsHoldOptions(t *testing.T) {
	t.Parallel()
	m := discover()
	m.Options = []dhcp.Option{dhcp.Type(dhcp.Discover), {Code: dhcp.OptOverload, Data: []byte{3}}}
	b := m.Append(nil)
	copy(b[108:], "\x0c\x04lamp\xff") // boot file
	copy(b[44:], "\x3c\x03abc\xff")   // server name
	_, got, err := options(t, b)
	want := []dhcp.Option{
		m.Options[0], m.Options[1], dhcp.Text(dhcp.OptHostName, "lamp"), dhcp.Text(dhcp.OptVendorClass, "abc"),
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("error %v\n%s", err, diff)
	}
}

func TestAnOptionLongerThanTheMessageIsAnError(t *testing.T) {
	t.Parallel()
	m := discover()
	b := slices.Concat(m.Append(nil)[:240], []byte{dhcp.OptHostName, 9, 'l'})
	if _, got, err := options(t, b); err == nil || len(got) != 0 {
		t.Errorf("got %v and no error", got)
	}
}

// FuzzOptions checks that what can be read is the same when written and read again.
func FuzzOptions(f *testing.F) {
	m := discover()
	f.Add(m.Append(nil))
	f.Fuzz(func(t *testing.T, in []byte) {
		r := wire.NewReader(in)
		h, ok := dhcp.ReadHeader(&r)
		if !ok {
			return
		}
		out := dhcp.Message{
			Op: h.Op, XID: uint32(h.XID), Broadcast: h.Broadcast, ClientIP: h.ClientIP, YourIP: h.YourIP,
			ServerIP: h.ServerIP, RelayIP: h.RelayIP, ClientMAC: h.ClientMAC,
		}
		opts := h.Options(&r)
		for o, ok := opts.Next(); ok; o, ok = opts.Next() {
			if o.Code != dhcp.OptOverload {
				out.Options = append(out.Options, o)
			}
		}
		_, again, err := options(t, out.Append(nil))
		if diff := cmp.Diff(out.Options, again); diff != "" || err != nil {
			t.Fatalf("error %v\n%s", err, diff)
		}
	})
}
