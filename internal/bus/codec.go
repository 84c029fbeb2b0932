package bus

import (
	"bytes"
	"compress/flate"
	"encoding/json"
	"fmt"
	"io"

	"github.com/heron-iot/heron"
)

// The first byte of a message says how the rest is written.
const codecDeflateJSON = 1

// Sizes: what a message may have on the wire, and what it may unpack to.
const (
	maxPayload  = 8 << 20
	maxMessage  = maxPayload - 64<<10 // leaves room for subject and headers
	maxUnpacked = 256 << 20
)

// encode writes b as one message.
func encode(b *heron.Batch) ([]byte, error) {
	var buf bytes.Buffer
	buf.WriteByte(codecDeflateJSON)
	w, err := flate.NewWriter(&buf, flate.BestSpeed)
	if err != nil {
		return nil, err
	}
	if err := json.NewEncoder(w).Encode(b); err != nil {
		return nil, fmt.Errorf("encode batch: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("encode batch: %w", err)
	}
	return buf.Bytes(), nil
}

// decode reads a message. It comes from another host: it may be anything.
func decode(data []byte) (*heron.Batch, error) {
	if len(data) == 0 || data[0] != codecDeflateJSON {
		return nil, heron.Errorf(heron.CodeInvalid, "batch in an unknown encoding: the sensor is newer than this core; update the core")
	}
	r := &io.LimitedReader{R: flate.NewReader(bytes.NewReader(data[1:])), N: maxUnpacked}
	b := new(heron.Batch)
	if err := json.NewDecoder(r).Decode(b); err != nil {
		return nil, heron.Errorf(heron.CodeInvalid, "batch cannot be read: %v", err)
	}
	return b, nil
}

// piece is a batch, or a part of one, ready to send.
type piece struct {
	batch *heron.Batch
	data  []byte
}

// split encodes b, in halves where it is too large for one message. The pieces
// keep the order within observations, flows and events; only the last piece
// ends a capture.
func split(b *heron.Batch, limit int) ([]piece, error) {
	data, err := encode(b)
	if err != nil {
		return nil, err
	}
	if len(data) <= limit {
		return []piece{{b, data}}, nil
	}
	if len(b.Observations)+len(b.Flows)+len(b.Events) < 2 {
		return nil, heron.Errorf(heron.CodeInvalid, "one item of a batch has %d bytes, more than the bus takes (%d)", len(data), limit)
	}
	first, second := *b, *b
	first.Last = false
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
