package iec104_test

import (
	"reflect"
	"testing"

	"github.com/heron-iot/heron/internal/proto/iec104"
)

func TestWhatIsWrittenCanBeRead(t *testing.T) {
	t.Parallel()
	want := iec104.Unit{
		Type: 45, Number: 1, Cause: iec104.Activation, Negative: true, Originator: 3, Address: 10, Object: 0x010203, First: []byte{0x81},
	}
	b := iec104.AppendInformation(nil, 2, 3, want.Append(nil))
	n, err := iec104.Size(b)
	m, readErr := iec104.Read(b)
	got, ok := iec104.ReadUnit(m.Data)
	if err != nil || readErr != nil || n != len(b) || !ok || !got.Fits() || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v, %v, %v; want %+v", got, ok, err, readErr, want)
	}
	m, err = iec104.Read(iec104.Append(nil, iec104.StartTransfer))
	if err != nil || m.Form != iec104.Unnumbered || m.Function != iec104.StartTransfer {
		t.Errorf("start: got %+v, %v", m, err)
	}
}

func TestOtherBytesAreRefused(t *testing.T) {
	t.Parallel()
	for _, b := range [][]byte{
		{0x68, 4, 0x07, 1, 0, 0}, {0x68, 4, 0x17, 0, 0, 0}, {0x68, 4, 0, 0, 0, 0}, {0x68, 3, 1, 0, 0}, []byte("hello!"), {0x68, 5, 1, 0, 0, 0, 9},
	} {
		if m, err := iec104.Read(b); err == nil {
			t.Errorf("% x: read as %+v", b, m)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(iec104.Append(nil, iec104.StopTransfer))
	u := iec104.Unit{Type: 100, Number: 1, Cause: 6, Address: 1, First: []byte{20}}
	f.Add(iec104.AppendInformation(nil, 0, 0, u.Append(nil)))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := iec104.Read(b)
		if err != nil {
			return
		}
		if n, err := iec104.Size(b); n != len(b) || err != nil {
			t.Fatalf("size %d, %v of %d", n, err, len(b))
		}
		if u, ok := iec104.ReadUnit(m.Data); ok {
			u.Fits()
		}
	})
}
