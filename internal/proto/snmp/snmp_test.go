package snmp_test

import (
	"bytes"
	"encoding/hex"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/heron-iot/heron/internal/proto/snmp"
)

// request is a GET of sysDescr.0 as net-snmp sends it.
const request = "302602010104067075626c6963a019020400c0ffee020100020100300b300906052b060102010500"

func TestParse(t *testing.T) {
	t.Parallel()
	b, err := hex.DecodeString(request)
	if err != nil {
		t.Fatal(err)
	}
	m, err := snmp.Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	if m.Version != snmp.Version2c || m.Community != "public" || m.Kind != snmp.Get || m.RequestID != 0xc0ffee {
		t.Errorf("got %+v", m)
	}
	if got := m.Bindings[0].OID.String(); got != "1.3.6.1.2.1" {
		t.Errorf("got OID %s", got)
	}
	if again := m.Append(nil); !bytes.Equal(again[:2], b[:2]) && len(again) > len(b) {
		t.Errorf("got %x, want about %x", again, b)
	}
}

func TestWhatIsWrittenCanBeRead(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, -1, 127, 128, 255, 256, -128, -129, 1 << 30, -(1 << 30)} {
		want := &snmp.Message{
			Version: snmp.Version1, Community: "private", Kind: snmp.Response, RequestID: n, Error: 2, Index: 1,
			Bindings: []snmp.Binding{
				snmp.Text(snmp.ParseOID("1.3.6.1.2.1.1.1.0"), string(bytes.Repeat([]byte("x"), 300))),
				snmp.Int(snmp.ParseOID("1.3.6.1.2.1.1.3.0"), snmp.TagTicks, 4711),
				snmp.Object(snmp.ParseOID("1.3.6.1.2.1.1.2.0"), snmp.ParseOID("1.3.6.1.4.1.14988.1")),
			},
		}
		got, err := snmp.Parse(want.Append(nil))
		if err != nil {
			t.Fatalf("%d: %v", n, err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%d: %s", n, d)
		}
	}
}

func TestOthersAreRefused(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "30", "3000", "3003020103", "300302010530", "GET / HTTP/1.1"} {
		b, err := hex.DecodeString(s)
		if err != nil {
			b = []byte(s)
		}
		if m, err := snmp.Parse(b); err == nil {
			t.Errorf("%q: got %+v, want an error", s, m)
		}
	}
}

// What Parse accepts and Append writes, Parse accepts again as the same.
func FuzzParse(f *testing.F) {
	b, _ := hex.DecodeString(request)
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := snmp.Parse(b)
		if err != nil {
			return
		}
		again, err := snmp.Parse(m.Append(nil))
		if err != nil {
			t.Fatalf("%+v: %v", m, err)
		}
		if again.Community != m.Community || again.RequestID != m.RequestID || len(again.Bindings) != len(m.Bindings) {
			t.Fatalf("got %+v, want %+v", again, m)
		}
	})
}
