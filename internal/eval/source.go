package eval

import (
	"bytes"
	"encoding/binary"
	"hash/fnv"
	"slices"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/wire"
)

// Source gives frames, each borrowed until the next call; io.EOF after the last.
// Another error is damage, after which there may be more.
type Source interface {
	Next(p *heron.Packet) error
	Close() error
}

// witness is a source that notes when the frames came that devices sent.
type witness struct {
	Source
	sent map[heron.MAC][]heron.Time
}

// watch has the frames of some addresses noted.
func watch(src Source, macs []heron.MAC) *witness {
	w := &witness{src, make(map[heron.MAC][]heron.Time, len(macs))}
	for _, m := range macs {
		w.sent[m] = nil
	}
	return w
}

// Next implements Source.
func (w *witness) Next(p *heron.Packet) error {
	err := w.Source.Next(p)
	if err != nil || p.Link != heron.LinkEthernet {
		return err
	}
	r := wire.NewReader(p.Data)
	r.Skip(6) // the receiver
	sender := r.Bytes(6)
	if r.Err() != nil {
		return nil
	}
	if times, asked := w.sent[heron.MAC(sender)]; asked {
		w.sent[heron.MAC(sender)] = append(times, p.Time)
	}
	return nil
}

// swap is octets to be replaced by as many others.
type swap struct{ old, by []byte }

// rewriter is a source whose frames have octets replaced, wherever they stand.
// Checksums stay as they were: nobody looks at them.
type rewriter struct {
	Source
	swaps []swap
	frame []byte
}

// Next implements Source.
func (w *rewriter) Next(p *heron.Packet) error {
	if err := w.Source.Next(p); err != nil {
		return err
	}
	w.frame = append(w.frame[:0], p.Data...)
	for _, s := range w.swaps {
		for rest := w.frame; ; {
			at := bytes.Index(rest, s.old)
			if at < 0 {
				break
			}
			copy(rest[at:], s.by)
			rest = rest[at+len(s.by):]
		}
	}
	p.Data = w.frame
	return nil
}

// randomMAC is an address that software might have made up for an interface,
// always the same: locally administered, so that no registry knows it.
func randomMAC(m heron.MAC) heron.MAC {
	h := fnv.New64a()
	_, _ = h.Write(m[:])
	b := binary.BigEndian.AppendUint64(nil, h.Sum64())
	out := heron.MAC(b[:6])
	out[0] = out[0]&^1 | 2
	return out
}

// hide replaces an address by another, also in the IPv6 addresses that are made
// of it (RFC 4291 appendix A).
func hide(m, by heron.MAC) []swap {
	return []swap{{m[:], by[:]}, {eui64(m), eui64(by)}}
}

func eui64(m heron.MAC) []byte {
	return slices.Concat([]byte{m[0] ^ 2, m[1], m[2], 0xff, 0xfe}, m[3:])
}
