package httpapi

import (
	"encoding"
	"strings"

	"github.com/heron-iot/heron"
)

// PageInput is what every paged list takes. It is exported, as all inputs that
// are embedded are, because the framework sees no others.
type PageInput struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"Items a page."`
	Cursor string `query:"cursor" maxLength:"2048" doc:"The next value of the page before."`
	Sort   string `query:"sort" maxLength:"64" doc:"Field to sort by; - before it turns the order round."`
}

func (p PageInput) page() heron.Page {
	return heron.Page{Limit: p.Limit, Cursor: p.Cursor, Sort: p.Sort}
}

// listOutput is the answer of every list.
type listOutput[T any] struct{ Body heron.List[T] }

// oneOutput is the answer with one thing.
type oneOutput[T any] struct{ Body T }

// taggedOutput is the answer with one thing that has a version.
type taggedOutput[T any] struct {
	ETag string `header:"ETag"`
	Body T
}

// IDInput names one thing.
type IDInput struct {
	ID string `path:"id" minLength:"1" maxLength:"128"`
}

// readInput reads one thing, unless the reader has it already.
type readInput struct {
	IDInput
	IfNoneMatch string `header:"If-None-Match" doc:"ETag of the answer that the reader has."`
}

// listed wraps a page, or the error that came instead.
func listed[T any](l heron.List[T], err error) (*listOutput[T], error) {
	if err != nil {
		return nil, err
	}
	return &listOutput[T]{Body: l}, nil
}

// whole wraps all there is as one page.
func whole[T any](items []T, err error) (*listOutput[T], error) {
	return listed(heron.List[T]{Items: items, Total: len(items)}, err)
}

// tagged wraps one thing with its entity tag, or says that the reader has it.
func tagged[T any](v *T, version int64, has string, err error) (*taggedOutput[T], error) {
	if err != nil {
		return nil, err
	}
	if has != "" && noneMatch(has, etag(version)) {
		return nil, errNotModified
	}
	return &taggedOutput[T]{ETag: etag(version), Body: *v}, nil
}

// one wraps one thing, or the error that came instead.
func one[T any](v *T, err error) (*oneOutput[T], error) {
	if err != nil {
		return nil, err
	}
	return &oneOutput[T]{Body: *v}, nil
}

// splitWords splits list parameters: they may be repeated, have commas, or both.
func splitWords(in []string) []string {
	var out []string
	for _, v := range in {
		for w := range strings.SplitSeq(v, ",") {
			if w = strings.TrimSpace(w); w != "" {
				out = append(out, w)
			}
		}
	}
	return out
}

// oneOf checks words against the few that there are.
func oneOf[T ~string](name string, in []string, all []T) ([]T, error) {
	var out []T
words:
	for _, w := range splitWords(in) {
		for _, v := range all {
			if string(v) == w {
				out = append(out, v)
				continue words
			}
		}
		return nil, heron.Errorf(heron.CodeInvalid, "%s %.40q: want one of %s", name, w, joined(all))
	}
	return out, nil
}

func joined[T ~string](all []T) string {
	names := make([]string, len(all))
	for i, v := range all {
		names[i] = string(v)
	}
	return strings.Join(names, ", ")
}

// textual is a pointer to T that reads text.
type textual[T any] interface {
	*T
	encoding.TextUnmarshaler
}

// parsed reads one parameter; "" is the zero value.
func parsed[T any, P textual[T]](name, in string) (T, error) {
	var v T
	if in == "" {
		return v, nil
	}
	if err := P(&v).UnmarshalText([]byte(in)); err != nil {
		return v, heron.Errorf(heron.CodeInvalid, "%s: %v", name, err)
	}
	return v, nil
}

// flag reads a parameter that is true, false or not given.
func flag(in string) *bool {
	if in == "" {
		return nil
	}
	return new(in == "true")
}

// span reads a pair of times.
func span(from, to string) (f, t heron.Time, err error) {
	if f, err = parsed[heron.Time]("from", from); err != nil {
		return 0, 0, err
	}
	t, err = parsed[heron.Time]("to", to)
	return f, t, err
}
