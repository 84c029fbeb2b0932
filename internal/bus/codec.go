package bus

import (
	"sync"

	"github.com/klauspost/compress/zstd"

	"github.com/heron-iot/heron"
)

// codecCompact is the first byte of a message in the compact form (compact.go)
// in a zstd frame. Another form has another number.
const codecCompact = 3

// Sizes: what a message may have on the wire, and what it may unpack to.
const (
	maxPayload  = 8 << 20
	maxMessage  = maxPayload - 64<<10 // leaves room for subject and headers
	maxUnpacked = 64 << 20
)

// packer compresses; both of its functions may be called at the same time.
var packer = sync.OnceValue(func() *zstd.Encoder {
	e, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(2),
		zstd.WithWindowSize(1<<20), zstd.WithLowerEncoderMem(true))
	if err != nil {
		panic(err) // the options are constants
	}
	return e
})

var unpacker = sync.OnceValue(func() *zstd.Decoder {
	d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxUnpacked), zstd.WithDecoderMaxWindow(8<<20))
	if err != nil {
		panic(err) // the options are constants
	}
	return d
})

// encode writes b as one message.
func encode(b *heron.Batch) ([]byte, error) {
	body, err := compact(b)
	if err != nil {
		return nil, err
	}
	return pack(body), nil
}

func pack(body []byte) []byte { return packer().EncodeAll(body, []byte{codecCompact}) }

// decode reads a message. It comes from another host: it may be anything.
func decode(data []byte) (*heron.Batch, error) {
	if len(data) == 0 || data[0] != codecCompact {
		return nil, heron.Errorf(heron.CodeInvalid, "batch in an encoding of another version: sensor and core must be of the same")
	}
	b, err := decodeCompact(data[1:])
	if err != nil {
		return nil, heron.Errorf(heron.CodeInvalid, "batch cannot be read: %v", err)
	}
	return b, nil
}

func decodeCompact(data []byte) (*heron.Batch, error) {
	body, err := unpacker().DecodeAll(data, nil)
	if err != nil {
		return nil, err
	}
	return expand(body)
}

// piece is a batch, or a part of one, ready to send.
type piece struct {
	batch *heron.Batch
	data  []byte
}

// split encodes b, in halves where it is too large for one message. The pieces
// keep the order within observations, flows and events; only the last piece
// ends a capture, or has the news of a scan.
func split(b *heron.Batch, limit int) ([]piece, error) {
	body, err := compact(b)
	if err != nil {
		return nil, err
	}
	data := pack(body)
	if len(data) <= limit && len(body) <= maxUnpacked && max(len(b.Observations), len(b.Flows), len(b.Events)) <= maxRows {
		return []piece{{b, data}}, nil
	}
	if len(b.Observations)+len(b.Flows)+len(b.Events) < 2 {
		return nil, heron.Errorf(heron.CodeInvalid, "one item of a batch has %d bytes, more than the bus takes (%d)", len(data), limit)
	}
	first, second := *b, *b
	first.Last, first.Scan = false, onlyID(b.Scan)
	first.Observations, second.Observations = halve(b.Observations)
	first.Flows, second.Flows = halve(b.Flows)
	first.Events, second.Events = halve(b.Events)
	pieces, err := split(&first, limit)
	if err != nil {
		return nil, err
	}
	more, err := split(&second, limit)
	if err != nil {
		return nil, err
	}
	return append(pieces, more...), nil
}

// onlyID is what a piece before the last one tells of a scan: which it is of.
func onlyID(x *heron.ScanNews) *heron.ScanNews {
	if x == nil {
		return nil
	}
	return &heron.ScanNews{ID: x.ID}
}

func halve[T any](list []T) (first, second []T) {
	n := (len(list) + 1) / 2
	return list[:n], list[n:]
}

// pieces is split with the pieces numbered.
func pieces(b *heron.Batch) ([]piece, error) {
	list, err := split(b, maxMessage)
	if err != nil || len(list) == 1 {
		return list, err
	}
	for i := range list {
		list[i].batch.Part = uint16(i)
		if list[i].data, err = encode(list[i].batch); err != nil {
			return nil, err
		}
	}
	return list, nil
}
