// Package dissect turns application payload into observations and events. It
// holds what a dissector is, the dispatcher that finds the right one for a
// flow (port hint first, then content, then nothing), and the collector that
// makes observations distinct. One folder below it holds one protocol; all
// lists them; dissecttest is the suite that each must pass.
//
// Nothing here keeps a slice of its input: values are copied out of the
// borrowed buffer by the Collector, once for each distinct value.
package dissect

import (
	"errors"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/wire"
)

// ErrNotMine is what a dissector returns for bytes that are not its protocol.
// On the protocol's own port it makes the dispatcher look further.
var ErrNotMine = errors.New("not this protocol")

// Over says what a protocol rides on.
type Over uint8

// What a protocol may ride on; a set.
const (
	OverTCP Over = 1 << iota
	OverUDP
	OverLink // frames that are not IP, by EtherType or LLC
	OverICMP // ICMPv4 and ICMPv6, by type
	OverIP   // IP itself, by protocol number: IGMP, VRRP, OSPF …
	// OverWebSocket is for what comes in messages of WebSocket: its Probe finds it
	// there, whatever the port.
	OverWebSocket
)

// Protocol describes one dissector: data, and at most three functions. The
// functions may share buffers, so a Protocol serves one Dispatcher, from one
// goroutine; what a flow needs remembered lives in its heron.FlowScratch.
type Protocol struct {
	// Name is the protocol's name, short and lower case, as Wireshark's display
	// filters spell it.
	Name string
	Over Over
	// Ports are the well-known server ports, a hint only; for OverICMP the types of
	// message, of both versions of ICMP; for OverIP the IP protocol numbers.
	Ports []uint16
	// EtherTypes are for OverLink.
	EtherTypes []uint16
	// Within names the protocols that it rides on and that have dissectors of
	// their own: its flows are theirs too.
	Within []string
	// Carries names the protocols that its messages may carry, and that a verdict
	// may name; they need no dissector of their own.
	Carries []string
	// Spec cites the document the dissector was written from.
	Spec string
	// Plain says that what Dissect does follows from the payload and its sender
	// alone, whatever the flow, and that it only observes: a message that was seen
	// before need not be taken apart again.
	Plain bool
	// Gist appends to buf what of a message b that follows from, when that is not all
	// of it: serial numbers and times make each another. It may be b itself. nil: b.
	Gist func(buf, b []byte) []byte
	// EveryMessage keeps a flow from being settled: each message matters.
	EveryMessage bool

	// Probe reports whether b, the first bytes of one direction, look like the
	// protocol with no port to go by. nil: only the port finds the protocol.
	// It must be cheap and strict.
	Probe func(b []byte, fromClient bool) bool
	// Starts lists the values that the first byte has in whatever Probe says yes
	// to, so that it is not asked of all else; nil: any.
	Starts []byte

	// Quiet reports that a message of a flow of the protocol's own tells nothing, and
	// notes in the flow what Dissect would. It is asked where Dissect set the flow's
	// Quiet, of messages that came whole: a datagram, or a segment of a stream behind
	// which nothing waits. It only glances.
	Quiet func(f *heron.FlowScratch, b []byte, fromClient bool) bool

	// Frame returns the length of the first message in b, a TCP stream: 0 when
	// more bytes are needed to know, more than len(b) when it is still coming,
	// ErrNotMine or another error when it cannot be. nil: Dissect gets the whole
	// prefix of the stream each time it grows (at most StreamPrefix bytes) and
	// says in the verdict what it consumed.
	Frame func(b []byte) (int, error)

	// Dissect reads one message (r is at its start, and is m.Payload cut to the
	// frame) and tells out what it learned. An error means malformed; what was
	// emitted before it stands. ErrNotMine comes before anything is emitted. It
	// must not keep any of its arguments. A stream's Consumed may be more than
	// was there: the dispatcher then passes over what is still to come.
	Dissect func(r *wire.Reader, m *heron.Message, out Emitter) (heron.Verdict, error)
}

// StreamPrefix is how many bytes of each direction of a stream are kept for a
// dissector that has not consumed them.
const StreamPrefix = 16 << 10

// Emitter takes what dissectors learned. Values are borrowed for the call and
// are made valid, printable UTF-8 and cut to heron.MaxObservationValue.
type Emitter interface {
	// Observe states a fact. An empty value is dropped.
	Observe(about heron.Subject, key string, value []byte)
	// ObserveString is Observe for a value that is a string already.
	ObserveString(about heron.Subject, key, value string)
	// Event reports an action; ev is kept, and its Time, Transport, ends, ports
	// and Protocol are filled in from the message when zero.
	Event(ev heron.Event)
	// Act is Event for what the sender of the message did to its receiver, with what
	// an Attrs gave.
	Act(kind string, attrs map[string]string)
	// Between is Act for what others did, or said they were.
	Between(src, dst heron.Endpoint, kind string, attrs map[string]string)
	// Record passes on what an exporter says of a flow that it saw; rec is copied.
	Record(rec *heron.FlowRecord)
}
