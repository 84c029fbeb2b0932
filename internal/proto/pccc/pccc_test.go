package pccc_test

import (
	"bytes"
	"testing"

	"github.com/heron-iot/heron/internal/proto/pccc"
	"github.com/heron-iot/heron/internal/wire"
)

func TestClassOfACommand(t *testing.T) {
	t.Parallel()
	tests := []struct {
		code, function int
		data           string
		class          pccc.Class
		mode           string
	}{
		{0x0f, 0x80, "\x01", pccc.Mode, "program"},
		{0x0f, 0x80, "\x06", pccc.Mode, "run"},
		{0x0f, 0x3a, "\x02", pccc.Mode, "run"},
		{0x0f, 0xaa, "", pccc.Write, ""},
		{0x0f, 0xa2, "", pccc.Read, ""},
		{0x0f, 0x50, "", pccc.Download, ""},
		{0x0f, 0x53, "", pccc.Upload, ""},
		{0x06, 0x03, "", pccc.Diagnosis, ""},
		{0x0f, 0xfe, "", pccc.Other, ""},
	}
	for _, tt := range tests {
		c := pccc.Command{Code: tt.code, Function: tt.function, Data: []byte(tt.data)}
		if c.Class() != tt.class || c.ModeName() != tt.mode {
			t.Errorf("%02x %02x: class %d, mode %q, want %d, %q", tt.code, tt.function, c.Class(), c.ModeName(), tt.class, tt.mode)
		}
	}
}

func TestBulletin(t *testing.T) {
	t.Parallel()
	if got := pccc.Bulletin([]byte("\x00\xee\x31\x5b\x241763-LEC   \x00\x00")); string(got) != "1763-LEC" {
		t.Errorf("Bulletin = %q", got)
	}
	if got := pccc.Bulletin([]byte("\x00\xee\x31")); got != nil {
		t.Errorf("Bulletin of little = %q", got)
	}
}

// FuzzReadCommand checks that what was read is written the same.
func FuzzReadCommand(f *testing.F) {
	f.Add([]byte("\x0f\x00\x34\x12\x80\x06"))
	f.Add([]byte("\x46\x00\x34\x12\x00\xee\x31\x5b\x241763-LEC   "))
	f.Fuzz(func(t *testing.T, in []byte) {
		r := wire.NewReader(in)
		c, ok := pccc.ReadCommand(&r)
		c.Class()
		c.ModeName()
		pccc.Bulletin(c.Data)
		if ok && !bytes.Equal(c.Append(nil), in) {
			t.Fatalf("%x written as %x", in, c.Append(nil))
		}
	})
}
