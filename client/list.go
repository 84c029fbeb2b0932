package client

import (
	"context"
	"iter"
	"maps"
	"net/url"
	"strconv"

	"github.com/heron-iot/heron"
)

// pageSize is how many items All-style readers ask for at a time.
const pageSize = 500

// pageOf reads one page of a list.
func pageOf[T any](ctx context.Context, c *Client, path string, query url.Values, p heron.Page) (heron.List[T], error) {
	q := maps.Clone(query)
	if q == nil {
		q = url.Values{}
	}
	if p.Limit > 0 {
		q.Set("limit", strconv.Itoa(p.Limit))
	}
	set(q, "cursor", p.Cursor)
	set(q, "sort", p.Sort)
	l, err := get[heron.List[T]](ctx, c, path, q)
	if err != nil {
		return heron.List[T]{}, err
	}
	return *l, nil
}

// all reads a list to its end, page by page. It stops after the first error,
// which comes with the zero item.
func all[T any](ctx context.Context, c *Client, path string, query url.Values, sort string) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		p := heron.Page{Limit: pageSize, Sort: sort}
		for {
			l, err := pageOf[T](ctx, c, path, query, p)
			if err != nil {
				var zero T
				yield(zero, err)
				return
			}
			for _, v := range l.Items {
				if !yield(v, nil) {
					return
				}
			}
			if l.Next == "" {
				return
			}
			p.Cursor = l.Next
		}
	}
}

// items reads a list that has no pages.
func items[T any](ctx context.Context, c *Client, path string, query url.Values) ([]T, error) {
	l, err := get[heron.List[T]](ctx, c, path, query)
	if err != nil {
		return nil, err
	}
	return l.Items, nil
}

// set adds a parameter unless it is empty.
func set(q url.Values, name, value string) {
	if value != "" {
		q.Set(name, value)
	}
}

// setAll adds a parameter as often as there are values.
func setAll[T ~string](q url.Values, name string, values []T) {
	for _, v := range values {
		q.Add(name, string(v))
	}
}
