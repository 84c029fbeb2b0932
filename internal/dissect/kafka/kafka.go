// Package kafka reads the opening of connections to Kafka brokers: what clients
// call themselves and their programs. Topics and messages are never told.
package kafka

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations, of a client.
const (
	keyClient   = "kafka.client_id"
	keySoftware = "kafka.software" // name and version of its library
)

const (
	apiVersions  = 18
	lastAPI      = 92
	lastVersion  = 20
	maxName      = 250
	maxMessage   = 100 << 20
	leastMessage = 10
	maxMessages  = 4
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:    "kafka",
		Over:    dissect.OverTCP,
		Ports:   []uint16{9092, 9093, 9094},
		Spec:    "Apache Kafka protocol guide; KIP-511 (client name and version)",
		Starts:  []byte{0},
		Probe:   probe,
		Frame:   frame,
		Dissect: d.dissect,
	}
}

func frame(b []byte) (int, error) {
	r := wire.NewReader(b)
	size := r.U32()
	if r.Err() != nil {
		return 0, nil
	}
	if size < 4 || size > maxMessage {
		return 0, dissect.ErrNotMine
	}
	return 4 + size, nil
}

// probe takes the question with which clients begin: which versions there are.
func probe(b []byte, fromClient bool) bool {
	n, err := frame(b)
	r := wire.NewReader(b)
	r.Skip(4)
	q, ok := readRequest(&r)
	return fromClient && err == nil && n == len(b) && ok && q.api == apiVersions && q.version <= 4 && len(q.client) > 0
}

// request is the head of a request.
type request struct {
	api, version int
	client       []byte
}

// readRequest reads one whose numbers exist and whose client has a name of text.
func readRequest(r *wire.Reader) (q request, ok bool) {
	size := r.Len()
	q.api, q.version = r.U16(), r.U16()
	r.Skip(4)
	n := r.U16()
	if n == 0xffff {
		n = 0 // none
	}
	q.client = r.Bytes(n)
	ok = r.Err() == nil && size >= leastMessage && q.api <= lastAPI && q.version <= lastVersion && n <= maxName && (n == 0 || wire.Printable(q.client))
	return q, ok
}

type dissector struct {
	text []byte
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	data := &m.Flow.Data
	if !m.FromClient {
		if m.Flow.Protocol == 0 {
			return heron.Verdict{}, dissect.ErrNotMine
		}
		return heron.Verdict{Done: data[0] >= maxMessages}, nil
	}
	r.Skip(4)
	q, ok := readRequest(r)
	if !ok || m.Flow.Protocol == 0 && len(q.client) == 0 && q.api != apiVersions {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	data[0]++
	out.Observe(m.Sender(), keyClient, q.client)
	if q.api == apiVersions && q.version >= 3 {
		d.software(r, m, out)
	}
	return heron.Verdict{Done: data[0] >= 2*maxMessages}, nil // a server need not answer
}

// software tells the name and version of a client's library: compact strings,
// whose length has one added to it.
func (d *dissector) software(r *wire.Reader, m *heron.Message, out dissect.Emitter) {
	if r.U8() != 0 { // tagged fields of the head
		return
	}
	name := r.Bytes(max(r.U8()-1, 0))
	version := r.Bytes(max(r.U8()-1, 0))
	if r.Err() != nil {
		return
	}
	d.text = append(append(append(d.text[:0], name...), ' '), version...)
	out.Observe(m.Sender(), keySoftware, d.text)
}
