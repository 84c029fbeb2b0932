package s7_test

import (
	"testing"

	"github.com/heron-iot/heron/internal/proto/s7"
)

func TestRequestsCanBeRead(t *testing.T) {
	t.Parallel()
	p, n, err := s7.Read(s7.Connect(s7.ConnectRequest, 0, 0x0b, 0, 1))
	if err != nil || n != 22 || p.Kind != s7.ConnectRequest || p.Source != 0x0b || p.Called != 0x0101 {
		t.Errorf("connect: got %+v, %d, %v", p, n, err)
	}
	p, _, err = s7.Read(s7.ReadSZL(7, 0x001c, 0))
	id, index, ok := p.SZLAsked()
	if err != nil || !ok || id != 0x1c || index != 0 || p.Ref != 7 {
		t.Errorf("SZL: got %+v, %x %d %v, %v", p, id, index, ok, err)
	}
	p, _, err = s7.Read(s7.ReadBytes(9, 3, 64))
	if block, n := p.Asked(); err != nil || p.Function() != s7.ReadVar || block != 3 || n != 64 {
		t.Errorf("read: got %+v, block %d, %d bytes, %v", p, block, n, err)
	}
}

func TestWhatJobsAreAboutCanBeRead(t *testing.T) {
	t.Parallel()
	p, _, err := s7.Read(s7.Message(s7.Job, 1, []byte("\x1a\x00\x01\x00\x00\x00\x00\x00\x09_0800001P\x0d1000172000114"), nil))
	if got := string(p.File()); err != nil || got != "_0800001P" {
		t.Errorf("block: got %q, %v", got, err)
	}
	p, _, err = s7.Read(s7.Message(s7.Job, 1, []byte("\x28\x00\x00\x00\x00\x00\x00\xfd\x00\x02EP\x05_MODU"), nil))
	if got := string(p.Argument()); err != nil || got != "EP" {
		t.Errorf("argument: got %q, %v", got, err)
	}
	p, _, err = s7.Read(s7.ReadSZL(7, 0x001c, 0))
	if group, function, ok := p.Request(); err != nil || !ok || group != s7.GroupStatus || function != 1 {
		t.Errorf("request: got %d, %d, %v, %v", group, function, ok, err)
	}
}

func TestAnswersCanBeRead(t *testing.T) {
	t.Parallel()
	p, _, err := s7.Read(s7.SZL(1, 0x1c, 0, make([]byte, 34), make([]byte, 34)))
	if l, ok := p.SZLAnswered(); err != nil || !ok || l.ID != 0x1c || l.Size != 34 || len(l.Records) != 68 {
		t.Errorf("SZL: got %+v, %v, %v", l, ok, err)
	}
	p, _, err = s7.Read(s7.ReadBytes(9, 3, 64))
	want := s7.Item{Area: 0x84, Block: 3, Count: 64}
	if it, ok := p.FirstItem(); err != nil || !ok || it != want {
		t.Errorf("item: got %+v, %v, %v", it, ok, err)
	}
	p, _, err = s7.Read(s7.Message(s7.Job, 1, []byte("\x28\x00\x00\x00\x00\x00\x00\xfd\x00\x00\x09P_PROGRAM"), nil))
	if got := string(p.Service()); err != nil || got != "P_PROGRAM" {
		t.Errorf("service: got %q, %v", got, err)
	}
}

func TestSizeIsThatOfThePacket(t *testing.T) {
	t.Parallel()
	whole := s7.ReadSZL(1, 0x11, 0)
	if n, err := s7.Size(append(whole, 3, 0)); n != len(whole) || err != nil {
		t.Errorf("got %d, %v; want %d", n, err, len(whole))
	}
	if n, err := s7.Size(whole[:3]); n != 0 || err != nil {
		t.Errorf("part of a header: got %d, %v", n, err)
	}
	if _, err := s7.Size([]byte("GET / HTTP/1.1")); err == nil {
		t.Error("HTTP: want an error")
	}
}

func TestPartOfAPacketWaits(t *testing.T) {
	t.Parallel()
	whole := s7.SZL(1, 0x11, 0, make([]byte, 28), make([]byte, 28))
	for i := range whole {
		if _, n, err := s7.Read(whole[:i]); n != 0 || err != nil {
			t.Fatalf("%d of %d bytes: got %d, %v; want to wait", i, len(whole), n, err)
		}
	}
	if _, n, err := s7.Read(whole); n != len(whole) || err != nil {
		t.Errorf("got %d, %v; want %d", n, err, len(whole))
	}
}

func FuzzRead(f *testing.F) {
	f.Add(s7.Connect(s7.ConnectRequest, 0, 1, 0, 2))
	f.Add(s7.ReadSZL(1, 0x11, 1))
	f.Add(s7.ReadBytes(1, 1, 10))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, n, err := s7.Read(b)
		if n > len(b) || n < 0 {
			t.Fatalf("used %d of %d bytes", n, len(b))
		}
		if err == nil {
			p.SZLAsked()
			p.SZLAnswered()
			p.FirstItem()
			p.Service()
			p.Asked()
			p.Function()
			p.File()
			p.Argument()
			p.Request()
		}
	})
}
