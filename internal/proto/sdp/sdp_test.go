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

func TestWhereItIsHeard(t *testing.T) {
	t.Parallel()
	const text = "v=0\r\no=- 1 1 IN IP4 192.0.2.5\r\ns=x\r\nc=IN IP4 239.1.2.3/16\r\nt=0 0\r\nm=audio 5004 RTP/AVP 96\r\nc=IN IP6 ff15::1\r\nm=video 5006 RTP/AVP 97\r\n"
	if s := sdp.Read([]byte(text)); string(s.Connection) != "239.1.2.3" || string(s.Media) != "audio" {
		t.Errorf("%q, %q", s.Connection, s.Media)
	}
	if s := sdp.Read([]byte("v=0\nm=video 5004\nc=IN IP6 ff15::1\n")); string(s.Connection) != "ff15::1" || string(s.Media) != "video" {
		t.Errorf("%q, %q", s.Connection, s.Media)
	}
}

// FuzzRead checks that what is read lies within its input.
func FuzzRead(f *testing.F) {
	f.Add([]byte("v=0\r\ns=x\r\nc=IN IP4 239.1.2.3/16\r\na=tool:y\r\nm=audio 5004\r\n"))
	f.Fuzz(func(t *testing.T, in []byte) {
		if s := sdp.Read(in); len(s.Name)+len(s.Tool)+len(s.Connection)+len(s.Media) > len(in) {
			t.Fatalf("%+q", s)
		}
	})
}
