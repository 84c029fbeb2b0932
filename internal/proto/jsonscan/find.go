package jsonscan

import "bytes"

// Find returns the text of the first member of that name, however deep, without
// reading what stands before it: nil where there is none, where it is no string,
// or has an escape in it. It is for documents that may be cut off.
func Find(b []byte, name string) []byte {
	for len(b) > 0 {
		at := bytes.Index(b, []byte(name))
		if at < 0 {
			return nil
		}
		quoted := bytes.HasSuffix(b[:at], []byte(`"`))
		b = b[at+len(name):]
		if !quoted || !bytes.HasPrefix(b, []byte(`"`)) {
			continue
		}
		rest, colon := bytes.CutPrefix(bytes.TrimLeft(b[1:], " \t\r\n"), []byte(":"))
		rest, text := bytes.CutPrefix(bytes.TrimLeft(rest, " \t\r\n"), []byte(`"`))
		if !colon || !text {
			continue
		}
		if end := bytes.IndexAny(rest, `"\`); end >= 0 && rest[end] == '"' {
			return rest[:end]
		}
		return nil
	}
	return nil
}
