package bus

import (
	"bytes"
	"reflect"
	"testing"

	"github.com/heron-iot/heron"
)

// FuzzDecode feeds what another host might send: it is refused with an error
// for people, or it is a batch that can be sent on as it is.
func FuzzDecode(f *testing.F) {
	good, err := encode(&heron.Batch{SensorID: "s", SiteID: "x", Seq: 3, Observations: []heron.Observation{{Key: "k", Value: "v"}}})
	if err != nil {
		f.Fatal(err)
	}
	n, all := 0, &heron.Batch{}
	fill(reflect.ValueOf(all).Elem(), &n)
	f.Add(must(encode(all)))
	for _, seed := range [][]byte{nil, {1}, {2, 3}, good, good[:len(good)/2], append([]byte{1}, make([]byte, 40)...)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := decode(data)
		if err != nil {
			if heron.ErrorCode(err) != heron.CodeInvalid {
				t.Fatalf("error %v is not for people", err)
			}
			return
		}
		again, err := encode(b)
		if err != nil {
			t.Fatalf("a batch that was read cannot be written: %v", err)
		}
		back, err := decode(again)
		if err != nil {
			t.Fatalf("a batch that was written cannot be read: %v", err)
		}
		if twice, err := encode(back); err != nil || !bytes.Equal(again, twice) {
			t.Fatalf("a batch changes when it is sent on: %v", err)
		}
	})
}

// FuzzExpand is FuzzDecode behind the compression, which a fuzzer does not get
// through.
func FuzzExpand(f *testing.F) {
	n, all := 0, &heron.Batch{}
	fill(reflect.ValueOf(all).Elem(), &n)
	f.Add(must(compact(all)))
	f.Add(must(compact(second(10))))
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := expand(data)
		if err != nil {
			return
		}
		again := must(compact(b))
		back, err := expand(again)
		if err != nil {
			t.Fatalf("a batch that was written cannot be read: %v", err)
		}
		if !bytes.Equal(again, must(compact(back))) {
			t.Fatal("a batch changes when it is sent on")
		}
	})
}
