package ber_test

import (
	"testing"

	"github.com/heron-iot/heron/internal/proto/ber"
)

func TestAppendOID(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"\x2b\x06\x01\x02\x01": "1.3.6.1.2.1", "\x60\x7c\x86\x54\x01\x16": "2.16.124.852.1.22", "\x2b": "1.3", "\x2b\x86": "1.3.6", "": "",
	} {
		if got := string(ber.AppendOID(nil, []byte(in))); got != want {
			t.Errorf("%x: got %q, want %q", in, got, want)
		}
	}
	if got := string(ber.AppendRelativeOID(nil, []byte("\x01\x86\x54"))); got != ".1.852" {
		t.Errorf("relative: got %q", got)
	}
}
