package wire_test

import (
	"bytes"
	"testing"

	"github.com/heron-iot/heron/internal/wire"
)

func TestViews(t *testing.T) {
	t.Parallel()
	in := make([]byte, 41)
	for i := range in {
		in[i] = byte(i)
	}
	views := map[int]func(r *wire.Reader) []byte{
		4: func(r *wire.Reader) []byte {
			if v := r.View4(); v != nil {
				return v[:]
			}
			return nil
		},
		8: func(r *wire.Reader) []byte {
			if v := r.View8(); v != nil {
				return v[:]
			}
			return nil
		},
		14: func(r *wire.Reader) []byte {
			if v := r.View14(); v != nil {
				return v[:]
			}
			return nil
		},
		20: func(r *wire.Reader) []byte {
			if v := r.View20(); v != nil {
				return v[:]
			}
			return nil
		},
		40: func(r *wire.Reader) []byte {
			if v := r.View40(); v != nil {
				return v[:]
			}
			return nil
		},
	}
	for n, view := range views {
		r := wire.NewReader(in)
		r.Skip(1)
		if got := view(&r); !bytes.Equal(got, in[1:n+1]) || r.Offset() != n+1 || r.Err() != nil {
			t.Errorf("view of %d: % x at %d, %v", n, got, r.Offset(), r.Err())
		}
		short := wire.NewReader(in[:n-1])
		if got := view(&short); got != nil || short.Err() == nil || short.Len() != 0 {
			t.Errorf("view of %d in %d bytes: % x, %v", n, n-1, got, short.Err())
		}
		if got := view(&short); got != nil {
			t.Errorf("view of %d after a fault: % x", n, got)
		}
	}
}
