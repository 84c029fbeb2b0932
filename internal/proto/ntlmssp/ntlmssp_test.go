package ntlmssp_test

import (
	"testing"

	"github.com/heron-iot/heron/internal/proto/ntlmssp"
)

func TestChallenge(t *testing.T) {
	t.Parallel()
	b := ntlmssp.AppendChallenge([]byte("wrapped"), "HMI1", "PLANT", "hmi1.plant.example", "plant.example", 10, 0, 19045)
	m, ok := ntlmssp.Find(b)
	if !ok || m.Kind != ntlmssp.Challenge || m.Build != 19045 || m.Major != 10 {
		t.Fatalf("%+v, %v", m, ok)
	}
	for _, tt := range []struct {
		got  []byte
		want string
	}{{m.Computer, "HMI1"}, {m.Domain, "PLANT"}, {m.DNSComputer, "hmi1.plant.example"}, {m.DNSDomain, "plant.example"}} {
		if got := string(m.AppendText(nil, tt.got)); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}

func TestAuthenticate(t *testing.T) {
	t.Parallel()
	m, ok := ntlmssp.Find(ntlmssp.AppendAuthenticate(nil, "PLANT", "operator", "STATION7"))
	if got := string(m.AppendText(nil, m.Computer)); !ok || got != "STATION7" || m.Build != 19041 {
		t.Errorf("computer %q, build %d", got, m.Build)
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	if got := string(ntlmssp.AppendUTF16(nil, ntlmssp.EncodeUTF16("Anlage-Süd 🦩\x00rest"))); got != "Anlage-Süd 🦩" {
		t.Errorf("%q", got)
	}
}

func FuzzFind(f *testing.F) {
	f.Add(ntlmssp.AppendChallenge(nil, "A", "B", "C", "D", 6, 1, 7601))
	f.Add(ntlmssp.AppendAuthenticate(nil, "A", "B", "C"))
	f.Fuzz(func(_ *testing.T, b []byte) {
		m, _ := ntlmssp.Find(b)
		m.AppendText(nil, m.Computer)
	})
}
