package probe

import (
	"bytes"
	"io"
	"net"
	"time"
)

// limited is the connection that a probe gets: it counts, checks and cuts off.
type limited struct {
	net.Conn
	probe  *Probe
	writes int
	sent   int
	read   int
	said   []utterance
}

// utterance is what one side said at once.
type utterance struct {
	fromClient bool
	payload    []byte
}

// all yields what was said, in order.
func (c *limited) all(yield func(fromClient bool, payload []byte) bool) {
	for _, u := range c.said {
		if !yield(u.fromClient, u.payload) {
			return
		}
	}
}

// Write sends b when the budget and the probe's own rules allow it.
func (c *limited) Write(b []byte) (int, error) {
	if c.writes+1 > c.probe.MaxWrites || c.sent+len(b) > c.probe.MaxBytes {
		return 0, ErrBudget
	}
	if c.probe.Allow != nil {
		if err := c.probe.Allow(b); err != nil {
			return 0, ErrUnsafe
		}
	}
	c.writes++
	c.sent += len(b)
	c.said = append(c.said, utterance{true, bytes.Clone(b)})
	return c.Conn.Write(b)
}

// Read ends the input when the answer grows beyond the probe's bound.
func (c *limited) Read(b []byte) (int, error) {
	left := c.probe.MaxAnswer - c.read
	if left <= 0 {
		return 0, io.EOF
	}
	n, err := c.Conn.Read(b[:min(len(b), left)])
	c.read += n
	if n > 0 {
		c.said = append(c.said, utterance{false, bytes.Clone(b[:n])})
	}
	return n, err
}

// hangUp is how long an orderly close waits for the other side: the next
// connection to a device is opened when it has let go of this one.
const hangUp = time.Second

// Close ends a TCP connection in order: it says that it is done, and reads what
// still comes, so that the device sees no reset.
func (c *limited) Close() error {
	if t, ok := c.Conn.(*net.TCPConn); ok && t.CloseWrite() == nil {
		_ = t.SetReadDeadline(time.Now().Add(hangUp))
		_, _ = io.CopyN(io.Discard, t, 64<<10)
	}
	return c.Conn.Close()
}
