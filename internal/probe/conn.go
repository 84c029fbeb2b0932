package probe

import (
	"bytes"
	"io"
	"iter"
	"net"
	"strings"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/wire"
)

// maxEmitted bounds how many observations one question may give rise to.
const maxEmitted = 256

// Patience is how long a connection waits.
type Patience struct {
	// Answer is for the first byte after something was sent, and Quiet for the
	// next after something came: then the answer is over.
	Answer, Quiet time.Duration
}

// Conn is the connection that a probe gets: it counts, checks, waits no longer
// than it should, and cuts off. Over UDP each Write is a datagram and each Read
// returns one.
type Conn struct {
	net.Conn // plain text: what TLS there is lies below
	probe    *Probe
	target   Target
	patience Patience
	last     time.Time // the question ends then, whatever comes; zero is never

	writes, sent, read int
	emitted            int
	follows            []Follow
	emit               func(key, value string)
	turn               func() error    // waits until a packet may be sent; nil does not
	done               <-chan struct{} // closed when the scan was stopped; nil never is
	said               []utterance
}

// utterance is what one side said at once.
type utterance struct {
	fromClient bool
	payload    []byte
}

// conversation yields what was said, in order.
func conversation(said []utterance) iter.Seq2[bool, []byte] {
	return func(yield func(fromClient bool, payload []byte) bool) {
		for _, u := range said {
			if !yield(u.fromClient, u.payload) {
				return
			}
		}
	}
}

// NewConn returns a connection over raw for one run of p. last is when the
// question ends at the latest; the zero time sets no deadlines at all. The
// framework makes these, and the suite of probes.
func NewConn(raw net.Conn, p *Probe, t Target, wait Patience, last time.Time, emit func(key, value string)) *Conn {
	return &Conn{Conn: raw, probe: p, target: t, patience: wait, last: last, emit: emit}
}

// Target returns what is asked, and the path where a Follow named one.
func (c *Conn) Target() Target { return c.target }

// Emit tells one fact about the service that answers: an observation of that
// key. The value is cut and made printable.
func (c *Conn) Emit(key, value string) {
	value = wire.Clean(value, heron.MaxObservationValue)
	if key == "" || value == "" || c.emitted == maxEmitted {
		return
	}
	c.emitted++
	c.emit(key, value)
}

// Follow asks for another question, when this one is over.
func (c *Conn) Follow(f Follow) {
	if f.Port == 0 {
		f.Port = c.target.Port
	}
	if len(c.follows) < maxFollows && plainPath(f.Path) {
		c.follows = append(c.follows, f)
	}
}

// maxPath bounds the path of a Follow.
const maxPath = 256

// plainPath tells whether a path, which came from the network, is one that may
// be sent: no character ends the line or the word that it will be in.
func plainPath(path string) bool {
	if path == "" {
		return true
	}
	odd := func(r rune) bool { return r <= ' ' || r > '~' }
	return path[0] == '/' && len(path) <= maxPath && !strings.ContainsFunc(path, odd)
}

// Follows returns what was asked for.
func (c *Conn) Follows() []Follow { return c.follows }

// Sent returns how often the probe wrote, and how many bytes.
func (c *Conn) Sent() (writes, bytes int) { return c.writes, c.sent }

// Write sends b when the budget and the probe's own rules allow it.
func (c *Conn) Write(b []byte) (int, error) {
	if c.writes+1 > c.probe.MaxWrites || c.sent+len(b) > c.probe.MaxBytes {
		return 0, ErrBudget
	}
	if silentPort(c.probe.Transport, c.target.Port) && !c.prints() {
		return 0, ErrUnsafe
	}
	if c.probe.Allow != nil {
		if err := c.probe.Allow(b); err != nil {
			return 0, ErrUnsafe
		}
	}
	if c.turn != nil {
		if err := c.turn(); err != nil {
			return 0, err
		}
	}
	c.writes++
	c.sent += len(b)
	c.said = append(c.said, utterance{true, bytes.Clone(b)})
	c.wait(c.patience.Answer)
	return c.Conn.Write(b)
}

// prints tells whether the probe may speak to a printer where it prints: it is for
// printers, and the host is known to be one.
func (c *Conn) prints() bool {
	return c.probe.Printers && c.target.Printer && c.target.Port == rawPort
}

// Read ends the input when the answer grows beyond the probe's bound, and when
// the service went quiet.
func (c *Conn) Read(b []byte) (int, error) {
	left := c.probe.MaxAnswer - c.read
	if left <= 0 {
		return 0, io.EOF
	}
	n, err := c.Conn.Read(b[:min(len(b), left)])
	c.read += n
	if n > 0 {
		c.said = append(c.said, utterance{false, bytes.Clone(b[:n])})
		c.wait(c.patience.Quiet)
	}
	return n, err
}

// wait moves the deadline, never beyond the last.
func (c *Conn) wait(d time.Duration) {
	if c.last.IsZero() {
		return
	}
	at := time.Now().Add(d)
	if at.After(c.last) {
		at = c.last
	}
	_ = c.SetDeadline(at)
	select {
	case <-c.done:
		_ = c.SetDeadline(time.Unix(1, 0))
	default:
	}
}

// heardAlert tells that the service answered with an alert of TLS (RFC 8446 §6):
// it is not to be spoken to in clear.
func (c *Conn) heardAlert() bool {
	const alert = 21
	for _, u := range c.said {
		if !u.fromClient {
			return len(u.payload) == 7 && u.payload[0] == alert && u.payload[1] == 3
		}
	}
	return false
}

// hangUp is how long an orderly close waits for the other side: the next
// connection to a device is opened when it has let go of this one. hangUpNow is
// how long it waits when the scan was stopped.
const (
	hangUp    = time.Second
	hangUpNow = 50 * time.Millisecond
)

// maxHangUp bounds what is read while hanging up.
const maxHangUp = 256 << 10

// closeWriter is what can say that it is done.
type closeWriter interface{ CloseWrite() error }

// closeOrderly ends a connection in order: it says that it is done, and reads
// what still comes, so that the device sees no reset. over is the TLS over it, or
// nil.
func closeOrderly(c net.Conn, over closeWriter, wait time.Duration) {
	if t, ok := c.(*net.TCPConn); ok {
		_ = t.SetDeadline(time.Now().Add(wait))
		if over != nil {
			_ = over.CloseWrite()
		}
		if t.CloseWrite() == nil {
			_, _ = io.CopyN(io.Discard, t, maxHangUp)
		}
	}
	_ = c.Close()
}
