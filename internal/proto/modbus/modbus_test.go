package modbus_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/heron-iot/heron/internal/proto/modbus"
	"github.com/heron-iot/heron/internal/wire"
)

func TestSize(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   string
		want int
		err  error
	}{
		{"\x00\x01\x00\x00\x00\x06\x01\x03\x00\x00\x00\x0a", 12, nil},
		{"\x00\x01\x00\x00\x00", 0, nil},
		{"\x00\x01\x00", 0, nil},
		{"\x00\x01\x00\x07", 0, modbus.ErrNotModbus},
		{"\x00\x01\x00\x00\x00\x01", 0, modbus.ErrNotModbus},
		{"\x00\x01\x00\x00\x01\x00\x01\x03", 0, modbus.ErrNotModbus},
		{"GET / HTTP/1.1", 0, modbus.ErrNotModbus},
	} {
		if got, err := modbus.Size([]byte(c.in)); got != c.want || !errors.Is(err, c.err) {
			t.Errorf("%q: got %d, %v; want %d, %v", c.in, got, err, c.want, c.err)
		}
	}
}

func TestUMAS(t *testing.T) {
	t.Parallel()
	f := modbus.AskUMAS(1, 2, 0x7a, modbus.UMASStop, make([]byte, 900))
	b := f.Append(nil)
	if n, err := modbus.Size(b); n != len(b) || err != nil {
		t.Errorf("size %d, %v; want %d", n, err, len(b))
	}
	u, ok := modbus.ReadUMAS(&f)
	if !ok || u.Session != 0x7a || u.Function != modbus.UMASStop || len(u.Data) != 900 {
		t.Errorf("got session %#x, function %#x, %d octets, %v", u.Session, u.Function, len(u.Data), ok)
	}
}

func TestDeviceIdentification(t *testing.T) {
	t.Parallel()
	want := map[int]string{0: "Example", 1: "PLC-1", 2: "v2.1"}
	f := modbus.DeviceIDAnswer(7, 1, want)
	r := wire.NewReader(f.Append(nil))
	read := modbus.Read(&r)
	got := map[int]string{}
	if !modbus.DeviceID(&read, func(o modbus.Object) { got[o.ID] = string(o.Value) }) {
		t.Error("not taken for one")
	}
	if diff := cmp.Diff(want, got); diff != "" || read.Transaction != 7 || read.Unit != 1 {
		t.Errorf("%+v\n%s", read, diff)
	}
}

func TestReadRequest(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		frame modbus.Frame
		want  modbus.Request
		ok    bool
	}{
		{modbus.Ask(1, 1, modbus.ReadCoils, 16, 8), modbus.Request{Address: 16, Count: 8}, true},
		{modbus.Ask(1, 1, modbus.ReadHoldingRegisters, 0, 126), modbus.Request{Address: 0, Count: 126}, false},
		{modbus.Ask(1, 1, modbus.WriteSingleRegister, 40, 999), modbus.Request{Address: 40, Count: 1}, true},
		{modbus.Frame{Function: modbus.WriteMultipleRegisters, Data: []byte{0, 1, 0, 1, 2, 0, 9}}, modbus.Request{Address: 1, Count: 1}, true},
		{modbus.Frame{Function: modbus.WriteMultipleRegisters, Data: []byte{0, 1, 0, 1, 9, 0, 9}}, modbus.Request{Address: 1, Count: 1}, false},
		{modbus.Frame{Function: modbus.ReadWriteRegisters, Data: []byte{0, 1, 0, 1, 0, 5, 0, 1, 2, 0, 9}}, modbus.Request{Address: 5, Count: 1}, true},
		{modbus.Frame{Function: modbus.ReportServerID}, modbus.Request{Address: -1, Count: -1}, true},
	} {
		got, ok := modbus.ReadRequest(&c.frame)
		if got != c.want || ok != c.ok {
			t.Errorf("%+v: got %+v, %t; want %+v, %t", c.frame, got, ok, c.want, c.ok)
		}
	}
}

// FuzzRead checks that a frame whose size is known is written as it was read.
func FuzzRead(f *testing.F) {
	ask := modbus.Ask(1, 1, modbus.ReadCoils, 16, 8)
	f.Add(ask.Append(nil))
	f.Fuzz(func(t *testing.T, in []byte) {
		n, err := modbus.Size(in)
		if err != nil || n == 0 || n > len(in) {
			return
		}
		r := wire.NewReader(in[:n])
		frame := modbus.Read(&r)
		if diff := cmp.Diff(in[:n], frame.Append(nil)); diff != "" || r.Err() != nil {
			t.Fatalf("%v\n%s", r.Err(), diff)
		}
		modbus.ReadRequest(&frame)
		modbus.DeviceID(&frame, func(modbus.Object) {})
	})
}
