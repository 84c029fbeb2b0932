package heron_test

import (
	"testing"

	"github.com/heron-iot/heron"
)

func TestAttachmentIsReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	a := heron.Attachment{Switch: "192.0.2.2", Name: "core | 1", Port: "Gi1/0/7", VLAN: 20, Alias: "Desk  14 | left"}
	const want = "192.0.2.2 | core / 1 | Gi1/0/7 | 20 | Desk 14 / left"
	if a.Fact() != want {
		t.Errorf("got %q, want %q", a.Fact(), want)
	}
	b, ok := heron.ParseAttachment(a.Fact())
	if !ok || b.Fact() != want || !b.SamePort(&a) {
		t.Errorf("%q is read as %+v, %t", want, b, ok)
	}
	if got := b.String(); got != "port Gi1/0/7 of core / 1 (192.0.2.2), VLAN 20, Desk 14 / left" {
		t.Errorf("got %q", got)
	}
	plain := heron.Attachment{Switch: "192.0.2.2", Port: "7"}
	if b, ok = heron.ParseAttachment(plain.Fact()); !ok || b != plain || b.String() != "port 7 of 192.0.2.2" {
		t.Errorf("%q is read as %+v, %t", plain.Fact(), b, ok)
	}
}

func FuzzParseAttachment(f *testing.F) {
	f.Add("192.0.2.2 | core-1 | Gi1/0/7 | 20 | Desk 14")
	f.Add("192.0.2.2 |  | 7 |  | ")
	f.Fuzz(func(t *testing.T, s string) {
		a, ok := heron.ParseAttachment(s)
		if !ok {
			return
		}
		b, ok := heron.ParseAttachment(a.Fact())
		if again := b.Fact(); ok && again != a.Fact() {
			t.Errorf("%q is %q, then %q", s, a.Fact(), again)
		}
	})
}
