package httpapi

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/heron-iot/heron"
)

// Bounds of a search.
const (
	maxSearch = 1024
	maxTerms  = 32
)

// deviceFields are the fields that a search for devices knows: those of the store.
func deviceFields() []string {
	return []string{
		"category", "criticality", "firmware", "first", "hostname", "ip", "level", "local", "mac", "model", "name", "os", "port",
		"presence", "protocol", "purdue", "quarantined", "risk", "seen", "sensor", "service", "type", "vendor", "version", "zone",
	}
}

// parseSearch reads the search language: terms with spaces between, all of
// which must hold.
//
//	vendor:axis firmware<10 zone:ot -type:printer "exact words"
//
// A term is [-][field op]value: op is one of : = < > <= >=, "-" turns the term
// round, and a value with spaces stands in double quotes, where \" and \\ stand
// for themselves. A term without a field looks everywhere. An error says where
// in the text it is, counted in characters from 1.
func parseSearch(q string, fields []string) ([]heron.Term, error) {
	if len(q) > maxSearch {
		return nil, heron.Errorf(heron.CodeInvalid, "q: the search is longer than %d bytes", maxSearch)
	}
	if !utf8.ValidString(q) {
		return nil, heron.Errorf(heron.CodeInvalid, "q: the search is not valid UTF-8")
	}
	p := searchParser{text: q, fields: fields}
	var terms []heron.Term
	for p.skipSpace() {
		t, err := p.term()
		if err != nil {
			return nil, err
		}
		if terms = append(terms, t); len(terms) > maxTerms {
			return nil, heron.Errorf(heron.CodeInvalid, "q: more than %d terms", maxTerms)
		}
	}
	return terms, nil
}

// searchParser walks over the text; pos is a byte offset at a rune.
type searchParser struct {
	text   string
	pos    int
	fields []string
}

// rest is what is still unread.
func (p *searchParser) rest() string { return p.text[p.pos:] }

// skipSpace goes to the next term and reports whether there is one.
func (p *searchParser) skipSpace() bool {
	p.pos = len(p.text) - len(strings.TrimLeftFunc(p.rest(), unicode.IsSpace))
	return p.pos < len(p.text)
}

func (p *searchParser) fail(at int, format string, args ...any) error {
	column := utf8.RuneCountInString(p.text[:at]) + 1
	return heron.Errorf(heron.CodeInvalid, "q, character %d: %s", column, fmt.Sprintf(format, args...))
}

func (p *searchParser) term() (heron.Term, error) {
	var t heron.Term
	if start := p.pos; strings.HasPrefix(p.rest(), "-") {
		t.Not = true
		p.pos++
		if p.rest() == "" || strings.IndexFunc(p.rest(), unicode.IsSpace) == 0 {
			return t, p.fail(start, `"-" must stand right before what it excludes`)
		}
	}
	start := p.pos
	if field, op := p.fieldAndOp(); op != "" {
		if !slices.Contains(p.fields, field) {
			return t, p.fail(start, "no field %q; there are %s (quote the words to search for them as they are)",
				field, strings.Join(p.fields, ", "))
		}
		t.Field, t.Op = field, op
	}
	at := p.pos
	value, err := p.value()
	if err != nil {
		return t, err
	}
	if value == "" {
		return t, p.fail(at, "a value must follow %s%s", t.Field, t.Op)
	}
	t.Value = value
	return t, nil
}

// fieldAndOp reads "field op" if that comes next, else nothing. MAC and IPv6
// addresses have colons, too: a field is a word of letters and underscores
// that does not look like the first octet of one.
func (p *searchParser) fieldAndOp() (field, op string) {
	rest := p.rest()
	n := strings.IndexFunc(rest, func(r rune) bool { return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r != '_' })
	if n <= 0 {
		return "", ""
	}
	for _, o := range []string{"<=", ">=", "<", ">", "=", ":"} {
		if !strings.HasPrefix(rest[n:], o) {
			continue
		}
		if o == ":" && isHex(rest[:n]) && strings.Count(rest[n:], ":") > 1 {
			return "", ""
		}
		p.pos += n + len(o)
		return strings.ToLower(rest[:n]), o
	}
	return "", ""
}

func isHex(s string) bool { return len(s) <= 4 && strings.Trim(s, "abcdefABCDEF") == "" }

// value reads a quoted or a plain value.
func (p *searchParser) value() (string, error) {
	rest := p.rest()
	if !strings.HasPrefix(rest, `"`) {
		n := strings.IndexFunc(rest, unicode.IsSpace)
		if n < 0 {
			n = len(rest)
		}
		if i := strings.IndexByte(rest[:n], '"'); i >= 0 {
			return "", p.fail(p.pos+i, "a quote must stand at the beginning of a value")
		}
		p.pos += n
		return rest[:n], nil
	}
	return p.quoted()
}

func (p *searchParser) quoted() (string, error) {
	start := p.pos
	var out strings.Builder
	for p.pos++; p.pos < len(p.text); {
		r, n := utf8.DecodeRuneInString(p.rest())
		p.pos += n
		switch r {
		case '\\':
			r, n = utf8.DecodeRuneInString(p.rest())
			if r != '"' && r != '\\' {
				return "", p.fail(p.pos-1, `after \ only " or \ may come`)
			}
			p.pos += n
			out.WriteRune(r)
		case '"':
			if p.rest() != "" && strings.IndexFunc(p.rest(), unicode.IsSpace) != 0 {
				return "", p.fail(p.pos, "a space must follow the closing quote")
			}
			return out.String(), nil
		default:
			out.WriteRune(r)
		}
	}
	return "", p.fail(start, "the quote is not closed")
}
