package pgsql

import (
	"bytes"

	"github.com/heron-iot/heron/internal/wire"
)

// verdict says whether bytes are a message.
type verdict uint8

const (
	no verdict = iota
	unsure
	yes
)

// maxFields is how many columns a table may have (PostgreSQL documentation, Limits).
const maxFields = 1664

// known reports whether b begins with a whole message whose inside is as its kind
// says: how a connection is known whose first messages were not seen. unsure means
// that it is not all there.
func known(b []byte, fromClient bool) verdict {
	r := wire.NewReader(b)
	kind, size := r.U8(), r.U32()
	kinds := []byte("RSEZT1DC2nNKtsI3AHGd")
	if fromClient {
		kinds = []byte("QPBDESHXCp")
	}
	if len(b) > 0 && bytes.IndexByte(kinds, byte(kind)) < 0 || len(b) >= 5 && (size < 4 || size > 1<<20) {
		return no
	}
	if r.Err() != nil {
		return unsure
	}
	body := r.Sub(size - 4)
	if r.Err() != nil {
		return unsure
	}
	ok := isAnswer
	if fromClient {
		ok = isQuery
	}
	if !ok(kind, &body) || body.Err() != nil || body.Len() != 0 {
		return no
	}
	return yes
}

// isAnswer reads the body of a server's message.
func isAnswer(kind int, r *wire.Reader) bool {
	switch kind {
	case 'R':
		return isMethod(r)
	case 'S':
		name := r.Until(0, maxText)
		r.Until(0, maxText)
		return len(name) > 3 && wire.Printable(name)
	case 'E', 'N':
		return isNotice(r)
	case 'Z':
		return bytes.IndexByte([]byte("ITE"), byte(r.U8())) >= 0
	case 'C':
		tag := r.Until(0, maxText)
		return len(tag) > 2 && tag[0] >= 'A' && tag[0] <= 'Z' && wire.Printable(tag)
	case 'T':
		return isColumns(r)
	case 'D':
		return isRow(r)
	case 'K':
		r.Skip(8)
		return true
	case '1', '2', '3', 'n', 's', 'I':
		return r.Len() == 0
	}
	return false
}

// isMethod reads what asks for a login, or ends it.
func isMethod(r *wire.Reader) bool {
	switch r.U32() {
	case 0, 2, 3, 6, 7, 9:
		return r.Len() == 0
	case 5:
		r.Skip(4)
		return true
	case 8, 11, 12:
		return len(r.Rest()) > 0
	case 10:
		return bytes.HasPrefix(r.Rest(), []byte("SCRAM-SHA-"))
	}
	return false
}

// isNotice reads the fields of an error or a notice: its severity comes first, and
// one is a code of five characters.
func isNotice(r *wire.Reader) bool {
	code := false
	for i := range maxParams {
		field := r.U8()
		if field == 0 {
			return code && r.Err() == nil
		}
		value := r.Until(0, 1<<12)
		if i == 0 && (field != 'S' || len(value) < 3) {
			return false
		}
		code = code || field == 'C' && len(value) == 5
	}
	return false
}

// isColumns reads the description of a row.
func isColumns(r *wire.Reader) bool {
	n := r.U16()
	for range min(n, maxFields) {
		r.Until(0, maxText)
		r.Skip(18)
		if r.Err() != nil {
			return false
		}
	}
	return n > 0 && n <= maxFields
}

// isRow reads a row.
func isRow(r *wire.Reader) bool {
	const null = 0xffffffff
	n := r.U16()
	for range min(n, maxFields) {
		if size := r.U32(); size != null {
			r.Skip(size)
		}
		if r.Err() != nil {
			return false
		}
	}
	return n > 0 && n <= maxFields
}

// isQuery reads the body of a client's message.
func isQuery(kind int, r *wire.Reader) bool {
	switch kind {
	case 'Q':
		text := r.Until(0, 1<<20)
		return len(text) > 1 && !bytes.ContainsAny(text, "\x01\x02\x03\x04\x05\x06\x07\x08")
	case 'P':
		r.Until(0, maxText)
		r.Until(0, 1<<20)
		types := r.U16()
		r.Skip(4 * types)
		return true
	case 'D', 'C':
		what := r.U8()
		r.Until(0, maxText)
		return what == 'S' || what == 'P'
	case 'E':
		r.Until(0, maxText)
		r.Skip(4)
		return true
	case 'S', 'H', 'X':
		return r.Len() == 0
	}
	return false
}

// answers reports whether a server's first bytes are its request for a login, or
// its refusal: they are like nothing else.
func answers(b []byte) bool {
	if known(b, false) != yes {
		return false
	}
	r := wire.NewReader(b)
	kind := r.U8()
	body := r.Sub(r.U32() - 4)
	switch kind {
	case 'E':
		return bytes.HasPrefix(body.Rest(), []byte("SFATAL\x00"))
	case 'R':
		code := body.U32()
		rest := r.Rest()
		return code == 10 || code == 0 && len(rest) > 0 && rest[0] == 'S' && known(rest, false) == yes
	}
	return false
}
