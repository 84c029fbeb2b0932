package tls

import (
	"encoding/binary"
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/tls"
	"github.com/heron-iot/heron/internal/wire"
)

// keyRecord is how long a record of data is that a client sends: what it asks for is
// hidden, but not how much it has to say. Two of a connection are told, in octets
// down to the next step.
const keyRecord = "tls.record"

const (
	toldRecords = 2
	// leastRecord is how long a record is that says something: shorter ones are empty,
	// or have the one octet that is split off lest the chaining of blocks be guessed.
	leastRecord = 48
	// patience is after how many bytes nobody waits for more: the client's may not
	// have been captured.
	patience = 32 << 10
)

// data follows a connection from the end of a side's handshake to the first records
// of data that the client sends, or to what the server answers to the first.
func (d *dissector) data(r *wire.Reader, m *heron.Message, out dissect.Emitter) heron.Verdict {
	data := &m.Flow.Data
	if data[atDone+1] == 0 { // what a client sends before the server's hello
		return heron.Verdict{Consumed: len(m.Payload)}
	}
	passed := int(binary.LittleEndian.Uint16(data[atPassed:])) + len(m.Payload)
	hidden := data[atSealed] // records of data that are of the handshake
	if m.Gap || passed > patience || !m.FromClient && data[atData] > hidden {
		return heron.Verdict{Consumed: len(m.Payload), Done: true}
	}
	binary.LittleEndian.PutUint16(data[atPassed:], uint16(passed))
	if !m.FromClient {
		return heron.Verdict{Consumed: len(m.Payload)}
	}
	return d.records(r, m, hidden, out)
}

// records tells how long the records of data are that a client sends. They are read
// no further than their headers.
func (d *dissector) records(r *wire.Reader, m *heron.Message, hidden byte, out dissect.Emitter) heron.Verdict {
	data := &m.Flow.Data
	consumed := 0
	for r.Len() >= tls.RecordHeader {
		rec := tls.ReadRecord(r)
		if r.Err() != nil {
			return heron.Verdict{Consumed: len(m.Payload), Done: true}
		}
		consumed = r.Offset() + rec.Length - len(rec.Body)
		if rec.Type != tls.RecordData || rec.Length < leastRecord {
			continue
		}
		if data[atData]++; data[atData] > hidden {
			d.text = strconv.AppendInt(d.text[:0], int64(step(rec.Length)), 10)
			out.Observe(m.Sender(), keyRecord, d.text)
		}
		if data[atData] == hidden+toldRecords {
			return heron.Verdict{Consumed: len(m.Payload), Done: true}
		}
	}
	return heron.Verdict{Consumed: consumed}
}

// step is a length down to a multiple of 16, the block of most ciphers, and of more
// where it is longer than 1024: a device has few of them, whatever it sends.
func step(n int) int {
	size := 16
	for n >= 64*size {
		size *= 2
	}
	return n &^ (size - 1)
}
