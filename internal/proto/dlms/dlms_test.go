package dlms_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"testing"

	"github.com/heron-iot/heron/internal/proto/dlms"
)

func unhex(t *testing.T, digits string) []byte {
	t.Helper()
	b, err := hex.DecodeString(digits)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// A frame with a check that others computed: the request for a connection by client
// 16 to device 17 of logical device 1 (SNRM).
func TestRead(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, in            string
		source, destination int
		message             string
	}{
		{"wrapper", "0001001000010003c00181", 16, 1, "c00181"},
		{"request for a connection", "7ea00a00020023219318717e", 0, 17, ""},
		{"a flag between frames", "7e", 0, 0, ""},
	} {
		b := unhex(t, c.in)
		f, err := dlms.Read(b)
		if n, _ := dlms.Size(append(b, 0x7e)); err != nil || n != len(b) || f.Source != c.source || f.Destination != c.destination || hex.EncodeToString(f.Message) != c.message {
			t.Errorf("%s: got %+v, %v, %d octets", c.name, f, err, n)
		}
	}
}

func TestWhatIsRefused(t *testing.T) {
	t.Parallel()
	for name, in := range map[string]string{
		"another version":       "0002001000010003c00181",
		"a length of its own":   "0001001000010004c00181",
		"nothing in it":         "0001001000010000",
		"a check that is wrong": "7ea00a00020023219318727e",
		"no flag at the end":    "7ea00a00020023219318717d",
		"another type":          "7e900a00020023219318717e",
		"PPP":                   "7eff7d23c0217e",
	} {
		b := unhex(t, in)
		if f, err := dlms.Read(b); !errors.Is(err, dlms.ErrNotDLMS) {
			t.Errorf("%s: got %+v, %v", name, f, err)
		}
	}
}

// What is written can be read.
func FuzzRead(f *testing.F) {
	f.Add([]byte{0xe6, 0xe7, 0x00, 0xc4, 0x01})
	f.Add([]byte{0x7e, 0xa0, 0x0a, 0x00, 0x02, 0x00, 0x23, 0x21, 0x93, 0x18, 0x71, 0x7e})
	f.Fuzz(func(t *testing.T, in []byte) {
		if got, err := dlms.Read(in); err == nil && len(got.Message) > len(in) {
			t.Fatal("more than there was")
		}
		if n, err := dlms.Size(in); err != nil && n != 0 {
			t.Fatal(n, err)
		}
		if len(in) == 0 || len(in) > 1000 {
			return
		}
		if got, err := dlms.Read(dlms.AppendWrapper(nil, 16, 1, in)); err != nil || !bytes.Equal(got.Message, in) {
			t.Fatalf("wrapper: %+v, %v", got, err)
		}
		information := append([]byte{0xe6, 0xe6, 0}, in...)
		frame := dlms.AppendHDLC(nil, []byte{0x00, 0x02, 0x00, 0x23, 0x21}, 0x10, information)
		if got, err := dlms.Read(frame); err != nil || !bytes.Equal(got.Message, in) || got.Destination != 17 {
			t.Fatalf("HDLC: %+v, %v", got, err)
		}
	})
}
