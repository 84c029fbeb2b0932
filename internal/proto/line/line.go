// Package line cuts and reads the lines of text protocols: commands, and replies
// that begin with three digits (RFC 959 §4.2, RFC 5321 §4.2).
package line

import (
	"bytes"
	"errors"

	"github.com/heron-iot/heron/internal/wire"
)

// ErrNotText says that what is there cannot be a line of text, or is too long.
var ErrNotText = errors.New("not a line of text")

// Next returns the first line of b without its end, and how many bytes it has
// with it: 0 when its end has not come yet.
func Next(b []byte, limit int) (text []byte, size int, err error) {
	n := bytes.IndexByte(b[:min(len(b), limit)], '\n')
	switch {
	case n < 0 && (len(b) >= limit || !IsText(b)):
		return nil, 0, ErrNotText
	case n < 0:
		return nil, 0, nil
	case !IsText(b[:n]):
		return nil, 0, ErrNotText
	}
	return bytes.TrimSuffix(b[:n], []byte("\r")), n + 1, nil
}

// IsText reports whether b holds no control characters but tabs and line ends: it
// may be in any character set.
func IsText(b []byte) bool {
	for _, c := range b {
		if c < ' ' && c != '\t' && c != '\r' && c != '\n' || c == 0x7f {
			return false
		}
	}
	return true
}

// Reply parts a line of a reply into its code, what stands after it (' ', or '-'
// when more lines follow), and its text. The code is 0 when the line has none.
func Reply(text []byte) (code int, separator byte, rest []byte) {
	r := wire.NewReader(text)
	for range 3 {
		digit := r.U8()
		if digit < '0' || digit > '9' {
			return 0, 0, nil
		}
		code = 10*code + digit - '0'
	}
	separator = ' '
	if r.Len() > 0 {
		separator = byte(r.U8())
	}
	if separator != ' ' && separator != '-' || code < 100 || code > 659 {
		return 0, 0, nil
	}
	return code, separator, r.Rest()
}

// Number reads a number that is digits alone; false when it is not, or is more
// than most.
func Number(digits []byte, most int) (n int, ok bool) {
	for _, c := range digits {
		if c < '0' || c > '9' || n > most {
			return 0, false
		}
		n = 10*n + int(c-'0')
	}
	return n, len(digits) > 0 && n <= most
}

// Word returns the first word of a line and what follows the space after it.
func Word(text []byte) (word, rest []byte) {
	word, rest, _ = bytes.Cut(text, []byte(" "))
	return word, rest
}

// Is reports whether b is the word, in capitals or not.
func Is(b []byte, word string) bool {
	return len(b) == len(word) && HasPrefix(b, word)
}

// HasPrefix reports whether b begins with the word, in capitals or not.
func HasPrefix(b []byte, word string) bool {
	if len(b) < len(word) {
		return false
	}
	for i := range len(word) {
		if lower(b[i]) != lower(word[i]) {
			return false
		}
	}
	return true
}

// HasSuffix reports whether b ends in the word, in capitals or not.
func HasSuffix(b []byte, word string) bool {
	return len(b) >= len(word) && HasPrefix(b[len(b)-len(word):], word)
}

// Contains reports whether the word stands in b, in capitals or not.
func Contains(b []byte, word string) bool {
	for i := 0; i+len(word) <= len(b); i++ {
		if HasPrefix(b[i:], word) {
			return true
		}
	}
	return false
}

// IsOneOf reports whether b is one of the words, in capitals or not.
func IsOneOf(b []byte, words ...string) bool {
	for _, w := range words {
		if Is(b, w) {
			return true
		}
	}
	return false
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
