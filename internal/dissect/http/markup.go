package http

import "bytes"

// maxText bounds the text taken out of an element.
const maxText = 256

// element returns the text between the first <name …> and its end tag, without
// regard to case; nil when either is missing.
func element(b []byte, name string) []byte {
	for {
		i := indexFold(b, "<"+name)
		if i < 0 {
			return nil
		}
		b = b[i+1+len(name):]
		if len(b) == 0 || b[0] != '>' && b[0] != ' ' && b[0] != '\r' && b[0] != '\n' && b[0] != '\t' {
			continue // another element whose name begins so
		}
		_, inner, ok := bytes.Cut(b, []byte(">"))
		end := indexFold(inner, "</"+name)
		if !ok || end < 0 {
			return nil
		}
		return inner[:end]
	}
}

// indexFold is bytes.Index without regard to ASCII case.
func indexFold(b []byte, want string) int {
	for i := 0; i+len(want) <= len(b); i++ {
		j := bytes.IndexByte(b[i:], want[0])
		if j < 0 || i+j+len(want) > len(b) {
			return -1
		}
		i += j
		if equalFold(b[i:i+len(want)], want) {
			return i
		}
	}
	return -1
}

func equalFold(b []byte, want string) bool {
	for i, c := range b {
		w := want[i]
		if c != w && (c|0x20 != w|0x20 || c|0x20 < 'a' || c|0x20 > 'z') {
			return false
		}
	}
	return true
}

// cleanText appends text with its runs of white space made one space and the
// five entities of XML replaced.
func cleanText(dst, text []byte) []byte {
	text = bytes.TrimSpace(text[:min(len(text), maxText)])
	space := false
	for len(text) > 0 {
		c := text[0]
		switch c {
		case ' ', '\t', '\r', '\n':
			space = true
			text = text[1:]
			continue
		case '&':
			if e, n := entity(text); n > 0 {
				c, text = e, text[n-1:]
			}
		}
		if space {
			dst = append(dst, ' ')
			space = false
		}
		dst = append(dst, c)
		text = text[1:]
	}
	return dst
}

// entity returns the character that a named entity at the start of b stands for.
func entity(b []byte) (c byte, length int) {
	for _, e := range [...]struct {
		name string
		c    byte
	}{{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}, {"&nbsp;", ' '}} {
		if bytes.HasPrefix(b, []byte(e.name)) {
			return e.c, len(e.name)
		}
	}
	return 0, 0
}
