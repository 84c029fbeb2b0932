package line_test

import (
	"testing"

	"github.com/heron-iot/heron/internal/proto/line"
)

func TestNext(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		in, text string
		size     int
		fails    bool
	}{
		{"one\r\ntwo", "one", 5, false},
		{"one\ntwo", "one", 4, false},
		{"part", "", 0, false},
		{"longer than the limit\n", "", 0, true},
		{"\x16\x03\x01", "", 0, true},
	} {
		text, size, err := line.Next([]byte(tt.in), 12)
		if string(text) != tt.text || size != tt.size || (err != nil) != tt.fails {
			t.Errorf("Next(%q) = %q, %d, %v", tt.in, text, size, err)
		}
	}
}

func TestReply(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		in, rest  string
		code      int
		separator byte
	}{
		{"220 ready", "ready", 220, ' '}, {"250-more", "more", 250, '-'}, {"250", "", 250, ' '}, {"2500", "", 0, 0}, {"no", "", 0, 0}, {"900 x", "", 0, 0},
	} {
		code, separator, rest := line.Reply([]byte(tt.in))
		if code != tt.code || separator != tt.separator || string(rest) != tt.rest {
			t.Errorf("Reply(%q) = %d, %q, %q", tt.in, code, separator, rest)
		}
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	if !line.Contains([]byte("Exim eSMTP"), "smtp") || line.Contains([]byte("smt"), "smtp") || !line.IsOneOf([]byte("Ehlo"), "HELO", "EHLO") {
		t.Error("words are not found in capitals and small letters")
	}
}

func FuzzNext(f *testing.F) {
	f.Add([]byte("220-x\r\n"), 10)
	f.Fuzz(func(t *testing.T, b []byte, limit int) {
		text, size, err := line.Next(b, max(0, min(limit, 1<<16)))
		if size > len(b) || len(text) > size || err != nil && size != 0 {
			t.Fatalf("Next(%q) = %q, %d, %v", b, text, size, err)
		}
		line.Reply(text)
	})
}

func TestNumber(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]int{"0": 0, "42": 42, "100": 100, "101": -1, "99999999999999999999": -1, "": -1, "4x": -1, "-1": -1} {
		n, ok := line.Number([]byte(in), 100)
		if !ok {
			n = -1
		}
		if n != want {
			t.Errorf("%q: got %d, want %d", in, n, want)
		}
	}
}

func TestHasSuffix(t *testing.T) {
	t.Parallel()
	if !line.HasSuffix([]byte("Last Login"), "login") || line.HasSuffix([]byte("in"), "login") {
		t.Error("the end of a line is not told")
	}
}
