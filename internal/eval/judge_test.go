package eval

import (
	"bytes"
	"testing"

	"github.com/heron-iot/heron"
)

func TestJudge(t *testing.T) {
	t.Parallel()
	n := names{
		vendors: map[string][]string{"GE": {"general electric"}, "Philips": {"Signify"}},
		models:  map[string][]string{"Lamp": {"LX-9"}},
	}
	for _, x := range []struct {
		level     int
		want, got string
		verdict   Verdict
	}{
		{ofType, "", "camera", Unjudged},
		{ofType, "camera", "", Abstained},
		{ofType, "camera", heron.Unknown, Abstained},
		{ofType, "camera", "generic", Abstained},
		{ofType, "camera", "camera", Right},
		{ofType, "camera", "doorbell_camera", Right},
		{ofType, "doorbell", "doorbell_camera", Right},
		{ofType, "camera", "doorbell", Wrong}, // each is the third, and not the other
		{ofType, "my_type", "my_type", Right},
		{ofType, "hub", "camera", Wrong},
		{ofVendor, "Philips", "Philips Lighting BV", Right},
		{ofVendor, "Philips", "Signify", Right},
		{ofVendor, "Philips", "Osram", Wrong},
		{ofVendor, "TP-Link", "TPLINK", Right},
		{ofVendor, "GE", "GE Appliances", Right},
		{ofVendor, "GE", "Generic Corp", Wrong}, // two letters must stand alone
		{ofVendor, "GE", "General Electric Company", Right},
		{ofVendor, "Hewlett Packard", "Hewlett", Right},
		{ofModel, "DCS-930L", "DCS-930LB", Right},
		{ofModel, "HmIP AP (HMIP-PS2 behind)", "HMIP-PS2", Right},
		{ofModel, "DCS-930L", "DCS-935L", Wrong},
		{ofModel, "WeMo Switch F7C027", "wemo", Wrong},
		{ofModel, "WeMo Switch F7C027", "Socket", Right},
		{ofModel, "Hue Bridge", "BSB002", Right},
		{ofModel, "Lamp", "LX-9 rev. B", Right},
		{ofModel, "Lamp", "LX-8", Wrong},
	} {
		if got := n.judge(x.level, x.want, x.got); got != x.verdict {
			t.Errorf("%s: %q for %q is %q, want %q", levelNames[x.level], x.got, x.want, got, x.verdict)
		}
	}
}

// TestNamesAreFolded holds the tables against the form in which they are looked up.
func TestNamesAreFolded(t *testing.T) {
	t.Parallel()
	for _, w := range brandWords {
		if fold(w) != w {
			t.Errorf("brand %q", w)
		}
	}
	for product, codes := range productCodes {
		for _, w := range append(codes, product) {
			if fold(w) != w {
				t.Errorf("product %q: %q", product, w)
			}
		}
	}
}

// one is a source of one frame.
type one struct{ data []byte }

func (o *one) Next(p *heron.Packet) error {
	*p = heron.Packet{Time: 1, Data: o.data, OrigLen: len(o.data), Link: heron.LinkEthernet}
	return nil
}

func (o *one) Close() error { return nil }

// FuzzSources replaces an address in any frame: its length stays, the old address
// is gone, what was lent is not changed, and its sender is noted.
func FuzzSources(f *testing.F) {
	mac := heron.MAC{0, 0x17, 0x88, 1, 2, 3}
	by := randomMAC(mac)
	f.Add([]byte{})
	f.Add([]byte("\xff\xff\xff\xff\xff\xff\x00\x17\x88\x01\x02\x03\x08\x00 \x02\x17\x88\xff\xfe\x01\x02\x03"))
	f.Add([]byte("\x00\x17\x88\x01\x02\x03\x00\x17\x88\x01\x02"))
	f.Fuzz(func(t *testing.T, data []byte) {
		lent := bytes.Clone(data)
		w := watch(&rewriter{Source: &one{lent}, swaps: hide(mac, by)}, []heron.MAC{by})
		var p heron.Packet
		if err := w.Next(&p); err != nil {
			t.Fatal(err)
		}
		if len(p.Data) != len(data) || !bytes.Equal(lent, data) {
			t.Fatalf("%x became %x, and what was lent %x", data, p.Data, lent)
		}
		if bytes.Contains(p.Data, mac[:]) || bytes.Contains(p.Data, eui64(mac)) {
			t.Fatalf("%x still holds the address", p.Data)
		}
		if sent := len(data) >= 12 && heron.MAC(p.Data[6:12]) == by; sent != (len(w.sent[by]) == 1) {
			t.Fatalf("of %x %d frames were noted", p.Data, len(w.sent[by]))
		}
	})
}
