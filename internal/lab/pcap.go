package lab

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/heron-iot/heron"
)

// pcapWriter writes a pcap file. The first error stays.
type pcapWriter struct {
	w   *bufio.Writer
	err error
}

func newPcapWriter(w io.Writer) *pcapWriter {
	const (
		magicNanoseconds = 0xa1b23c4d
		snapLength       = 1 << 18
	)
	p := &pcapWriter{w: bufio.NewWriterSize(w, 64<<10)}
	b := binary.LittleEndian.AppendUint32(nil, magicNanoseconds)
	b = binary.LittleEndian.AppendUint16(b, 2)
	b = binary.LittleEndian.AppendUint16(b, 4)
	b = binary.LittleEndian.AppendUint64(b, 0)
	b = binary.LittleEndian.AppendUint32(b, snapLength)
	_, p.err = p.w.Write(binary.LittleEndian.AppendUint32(b, uint32(heron.LinkEthernet)))
	return p
}

func (p *pcapWriter) write(f *heron.Packet) error {
	var head [16]byte
	binary.LittleEndian.PutUint32(head[0:], uint32(f.Time/heron.Second))
	binary.LittleEndian.PutUint32(head[4:], uint32(f.Time%heron.Second)*1000)
	binary.LittleEndian.PutUint32(head[8:], uint32(len(f.Data)))
	binary.LittleEndian.PutUint32(head[12:], uint32(f.OrigLen))
	if p.err == nil {
		_, p.err = p.w.Write(head[:])
	}
	if p.err == nil {
		_, p.err = p.w.Write(f.Data)
	}
	return p.failure()
}

func (p *pcapWriter) flush() error {
	if p.err == nil {
		p.err = p.w.Flush()
	}
	return p.failure()
}

func (p *pcapWriter) failure() error {
	if p.err != nil {
		return fmt.Errorf("write capture: %w", p.err)
	}
	return nil
}
