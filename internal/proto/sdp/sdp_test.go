package sdp_test

import (
	"testing"

	"github.com/heron-iot/heron/internal/proto/sdp"
)

func TestWhatIsWrittenCanBeRead(t *testing.T) {
	t.Parallel()
	b := sdp.Append(nil, sdp.Session{Name: []byte("Session streamed by x"), Tool: []byte("LIVE555 v2020.01")})
	if s := sdp.Read(b); string(s.Name) != "Session streamed by x" || string(s.Tool) != "LIVE555 v2020.01" {
		t.Errorf("%q, %q", s.Name, s.Tool)
	}
	for _, other := range []string{"", "s=no version\r\n", "v=0\r\ns=no end"} {
		if s := sdp.Read([]byte(other)); s.Name != nil || s.Tool != nil {
			t.Errorf("%q gave %q, %q", other, s.Name, s.Tool)
		}
	}
}

// FuzzRead checks that what is read lies within its input.
func FuzzRead(f *testing.F) {
	f.Add([]byte("v=0\r\ns=x\r\na=tool:y\r\n"))
	f.Fuzz(func(t *testing.T, in []byte) {
		if s := sdp.Read(in); len(s.Name)+len(s.Tool) > len(in) {
			t.Fatalf("%q, %q", s.Name, s.Tool)
		}
	})
}
