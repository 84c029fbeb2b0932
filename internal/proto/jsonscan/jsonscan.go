// Package jsonscan finds the values of a JSON document (RFC 8259) without building
// it: whoever wants a few facts of a hostile text walks through its members, and
// nothing is allocated. What comes before a fault is told.
package jsonscan

import (
	"unicode/utf8"

	"github.com/heron-iot/heron/internal/wire"
)

// maxDepth bounds how deep objects and arrays may be nested.
const maxDepth = 32

// Kind is the kind of a value.
type Kind uint8

// The kinds. Objects and arrays are reported where they begin.
const (
	String Kind = iota + 1
	Number
	Bool
	Null
	Object
	Array
)

// Value is one value and where it stands; all of it is borrowed.
type Value struct {
	// Key is the member's name, as written; nil in an array.
	Key []byte
	// Parent is the name of the member that holds the object or array, as written;
	// nil at the top and within arrays of arrays.
	Parent []byte
	// Depth is 1 for members of the top object.
	Depth int
	Kind  Kind
	// Raw is the text between the quotes of a string, escapes as they are, or the
	// digits or the word of another; nil for objects and arrays.
	Raw []byte
}

// Scanner walks through a document.
type Scanner struct {
	r     wire.Reader
	names [maxDepth + 1][]byte
	array [maxDepth + 1]bool
	depth int
	begun bool
	done  bool
}

// New returns a Scanner at the start of b.
func New(b []byte) Scanner { return Scanner{r: wire.NewReader(b)} }

// Next returns the next value, and false at the end or at a fault.
func (s *Scanner) Next() (Value, bool) {
	for !s.done {
		c, ok := s.peek()
		if !ok {
			break
		}
		switch c {
		case ',':
			s.r.Skip(1)
			continue
		case '}', ']':
			s.r.Skip(1)
			s.depth--
			if s.depth <= 0 {
				s.done = true
			}
			continue
		}
		if s.depth == 0 {
			if c != '{' && c != '[' {
				break // only objects and arrays are of interest
			}
			s.open(c, nil)
			continue
		}
		return s.member(c)
	}
	s.done = true
	return Value{}, false
}

// Whole reports whether the document was walked through to its end.
func (s *Scanner) Whole() bool { return s.done && s.begun && s.depth == 0 && s.r.Err() == nil }

// Rest returns how many bytes are after what was walked through.
func (s *Scanner) Rest() int { return s.r.Len() }

// member reads one member of an object or one item of an array.
func (s *Scanner) member(c byte) (Value, bool) {
	v := Value{Depth: s.depth, Parent: s.names[s.depth]}
	if !s.array[s.depth] {
		if c != '"' {
			return s.fault()
		}
		key, ok := s.text()
		if colon, more := s.peek(); !ok || !more || colon != ':' {
			return s.fault()
		}
		s.r.Skip(1)
		if c, ok = s.peek(); !ok {
			return s.fault()
		}
		v.Key = key
	}
	switch c {
	case '{', '[':
		v.Kind = Object
		if c == '[' {
			v.Kind = Array
		}
		if !s.open(c, v.Key) {
			return s.fault()
		}
		return v, true
	case '"':
		raw, ok := s.text()
		if !ok {
			return s.fault()
		}
		v.Kind, v.Raw = String, raw
		return v, true
	}
	return s.word(v)
}

// open goes into an object or an array.
func (s *Scanner) open(c byte, name []byte) bool {
	if s.depth >= maxDepth {
		return false
	}
	s.r.Skip(1)
	s.begun = true
	s.depth++
	s.names[s.depth], s.array[s.depth] = name, c == '['
	return true
}

func (s *Scanner) fault() (Value, bool) {
	s.done = true
	s.depth = max(s.depth, 1)
	return Value{}, false
}

// peek passes over white space and returns what is next.
func (s *Scanner) peek() (byte, bool) {
	for {
		b := s.r.Peek(1)
		if b == nil {
			return 0, false
		}
		switch b[0] {
		case ' ', '\t', '\r', '\n':
			s.r.Skip(1)
		default:
			return b[0], true
		}
	}
}

// text reads a string that begins here.
func (s *Scanner) text() ([]byte, bool) {
	s.r.Skip(1)
	look, n := s.r, 0
	for {
		switch c := look.U8(); {
		case look.Err() != nil:
			return nil, false
		case c == '\\':
			look.Skip(1)
			n += 2
		case c == '"':
			b := s.r.Bytes(n)
			s.r.Skip(1)
			if b == nil {
				b = []byte{}
			}
			return b, true
		default:
			n++
		}
	}
}

// word reads a number or one of the three words.
func (s *Scanner) word(v Value) (Value, bool) {
	n := 0
	for look := s.r; look.Len() > 0 && isWord(look.U8()); {
		n++
	}
	v.Raw = s.r.Bytes(n)
	switch string(v.Raw) {
	case "true", "false":
		v.Kind = Bool
	case "null":
		v.Kind = Null
	case "":
		return s.fault()
	default:
		if c := v.Raw[0]; c != '-' && (c < '0' || c > '9') {
			return s.fault()
		}
		v.Kind = Number
	}
	return v, true
}

func isWord(c int) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c == '-' || c == '+' || c == '.' || c == 'E'
}

// Append adds the text of a string to b with its escapes resolved (RFC 8259 §7).
func Append(b, raw []byte) []byte {
	for r := wire.NewReader(raw); r.Len() > 0; {
		c := r.U8()
		if c != '\\' {
			b = append(b, byte(c))
			continue
		}
		switch e := r.U8(); e {
		case 'n', 't', 'r', 'b', 'f':
			b = append(b, ' ')
		case 'u':
			b = utf8.AppendRune(b, hexRune(r.Bytes(4)))
		case 0:
		default:
			b = append(b, byte(e))
		}
	}
	return b
}

// hexRune reads four hexadecimal digits; halves of a pair become the mark of
// what cannot be shown.
func hexRune(digits []byte) rune {
	n := rune(0)
	for _, c := range digits {
		switch {
		case c >= '0' && c <= '9':
			n = n<<4 | rune(c-'0')
		case c >= 'a' && c <= 'f':
			n = n<<4 | rune(c-'a'+10)
		case c >= 'A' && c <= 'F':
			n = n<<4 | rune(c-'A'+10)
		default:
			return utf8.RuneError
		}
	}
	if digits == nil || !utf8.ValidRune(n) {
		return utf8.RuneError
	}
	return n
}
