package dissect

import "bytes"

// maxKeys bounds how many keys one KeyMaker remembers.
const maxKeys = 4096

// KeyMaker makes observation keys whose last part comes from the wire, as
// mdns.txt.<key>. It remembers them, so that a key seen before costs no
// allocation. The zero KeyMaker is not usable: give it a Prefix.
type KeyMaker struct {
	// Prefix is the constant part, with its last dot.
	Prefix string

	known map[string]string
	buf   []byte
}

// Key returns the key for name: lower case, with anything but letters, digits,
// '-' and '_' made '_'. It returns "" for names that are empty, longer than
// limit bytes, or new when too many are known.
func (k *KeyMaker) Key(name []byte, limit int) string {
	name = bytes.TrimSpace(name)
	if len(name) == 0 || len(name) > limit {
		return ""
	}
	k.buf = append(k.buf[:0], k.Prefix...)
	for _, c := range name {
		k.buf = append(k.buf, keyByte(c))
	}
	if s, ok := k.known[string(k.buf)]; ok {
		return s
	}
	if len(k.known) >= maxKeys {
		return ""
	}
	if k.known == nil {
		k.known = make(map[string]string)
	}
	s := string(k.buf)
	k.known[s] = s
	return s
}

func keyByte(c byte) byte {
	switch c = lower(c); {
	case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '-':
		return c
	}
	return '_'
}
