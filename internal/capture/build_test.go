package capture_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/capture"
)

// order writes numbers in one byte order.
type order interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

// pcapFile builds a pcap file byte by byte.
type pcapFile struct {
	order
	nano bool
	b    []byte
}

func newPcap(o order, nano bool, link uint32) *pcapFile {
	f := &pcapFile{order: o, nano: nano}
	magic := uint32(0xa1b2c3d4)
	if nano {
		magic = 0xa1b23c4d
	}
	f.b = o.AppendUint32(nil, magic)
	f.b = o.AppendUint16(o.AppendUint16(f.b, 2), 4)
	f.b = append(f.b, make([]byte, 8)...)
	f.b = o.AppendUint32(o.AppendUint32(f.b, 65535), link)
	return f
}

func (f *pcapFile) frame(at heron.Time, orig int, data []byte) *pcapFile {
	fraction := uint32(at % heron.Second)
	if f.nano {
		fraction *= 1000
	}
	for _, v := range []uint32{uint32(at / heron.Second), fraction, uint32(len(data)), uint32(orig)} {
		f.b = f.AppendUint32(f.b, v)
	}
	f.b = append(f.b, data...)
	return f
}

// ngFile builds a pcapng file block by block.
type ngFile struct {
	order
	b []byte
}

func newNG(o order) *ngFile { return (&ngFile{order: o}).section() }

func (f *ngFile) block(kind uint32, body []byte) *ngFile {
	for len(body)%4 != 0 {
		body = append(body, 0)
	}
	n := uint32(len(body) + 12)
	f.b = f.AppendUint32(f.AppendUint32(f.b, kind), n)
	f.b = f.AppendUint32(append(f.b, body...), n)
	return f
}

func (f *ngFile) section() *ngFile {
	body := f.AppendUint32(nil, 0x1a2b3c4d)
	body = f.AppendUint16(f.AppendUint16(body, 1), 0)
	return f.block(0x0a0d0d0a, append(body, bytes.Repeat([]byte{0xff}, 8)...))
}

// option is a pcapng option with its padding.
func (f *ngFile) option(code uint16, value []byte) []byte {
	b := f.AppendUint16(f.AppendUint16(nil, code), uint16(len(value)))
	b = append(b, value...)
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}

func (f *ngFile) iface(link uint16, snaplen uint32, options ...[]byte) *ngFile {
	body := f.AppendUint16(f.AppendUint16(nil, link), 0)
	body = f.AppendUint32(body, snaplen)
	for _, o := range options {
		body = append(body, o...)
	}
	if len(options) > 0 {
		body = append(body, 0, 0, 0, 0)
	}
	return f.block(1, body)
}

func (f *ngFile) enhanced(iface uint32, ticks uint64, orig int, data []byte) *ngFile {
	var body []byte
	for _, v := range []uint32{iface, uint32(ticks >> 32), uint32(ticks), uint32(len(data)), uint32(orig)} {
		body = f.AppendUint32(body, v)
	}
	return f.block(6, append(body, data...))
}

func (f *ngFile) obsolete(iface uint16, ticks uint64, data []byte) *ngFile {
	body := f.AppendUint16(f.AppendUint16(nil, iface), 3)
	for _, v := range []uint32{uint32(ticks >> 32), uint32(ticks), uint32(len(data)), uint32(len(data))} {
		body = f.AppendUint32(body, v)
	}
	return f.block(2, append(body, data...))
}

func (f *ngFile) simple(orig int, data []byte) *ngFile {
	return f.block(3, append(f.AppendUint32(nil, uint32(orig)), data...))
}

func gzipped(t testing.TB, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(b); err != nil || w.Close() != nil {
		t.Fatal("gzip failed")
	}
	return out.Bytes()
}

func zstded(t testing.TB, b []byte) []byte {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return w.EncodeAll(b, nil)
}

func writeFile(t testing.TB, dir, name string, b []byte) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// got is a frame, copied out of its buffer.
type got struct {
	Time  heron.Time
	Data  string
	Orig  int
	Link  heron.LinkType
	Iface int
}

// readAll reads a source to its end, one frame at a time, and closes it.
func readAll(t testing.TB, src capture.Source) (frames []got, damage []*capture.FileError) {
	t.Helper()
	return read(t, src, func(ps []heron.Packet) (int, error) {
		err := src.Next(&ps[0])
		return 1, err
	})
}

// readBlocks reads a source to its end, several frames at a time.
func readBlocks(t testing.TB, src capture.Source) (frames []got, damage []*capture.FileError) {
	t.Helper()
	blocks, ok := src.(capture.BlockSource)
	if !ok {
		t.Fatal("a source of files gives no blocks")
	}
	return read(t, src, blocks.NextBlock)
}

func read(t testing.TB, src capture.Source, next func(ps []heron.Packet) (int, error)) (frames []got, damage []*capture.FileError) {
	t.Helper()
	var ps [3]heron.Packet
	for {
		n, err := next(ps[:])
		if errors.Is(err, io.EOF) {
			break
		}
		if e, ok := errors.AsType[*capture.FileError](err); ok {
			damage = append(damage, e)
			continue
		}
		if err != nil {
			t.Fatalf("Next: %v", err)
		}
		for _, p := range ps[:n] {
			frames = append(frames, got{p.Time, string(p.Data), p.OrigLen, p.Link, p.Interface})
		}
	}
	if err := src.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	return frames, damage
}

func readFiles(t testing.TB, paths ...string) ([]got, []*capture.FileError) {
	t.Helper()
	open := func() capture.Source {
		src, err := capture.Open(paths)
		if err != nil {
			t.Fatalf("Open: %v", err)
		}
		return src
	}
	frames, damage := readAll(t, open())
	if slices.Contains(paths, "-") { // can be read only once
		return frames, damage
	}
	again, damageAgain := readBlocks(t, open())
	if !slices.Equal(frames, again) || fmt.Sprint(damage) != fmt.Sprint(damageAgain) {
		t.Fatalf("%d frames, %v; in blocks %d frames, %v", len(frames), damage, len(again), damageAgain)
	}
	return frames, damage
}
