// Package switches asks switches and routers, by SNMP and read-only, what they know
// of others: which MAC is at which port (RFC 4188, RFC 4363), who their neighbours
// are (LLDP, CDP), and which address belongs to which MAC (RFC 1213, RFC 4293); and works
// out from several of them at which port each MAC is.
//
// A device is asked one question at a time, each for few rows, at a steady pace and
// within a budget: it must stay free to forward packets. Get and GetBulk are all that
// can be sent.
package switches

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"

	"github.com/heron-iot/heron/internal/proto/snmp"
)

// Credential is what a switch is asked with: a community, or a user of version 3. It
// is never printed.
type Credential struct {
	Community string
	User      snmp.User // where there is no community
}

// String hides what is secret.
func (c Credential) String() string {
	if c.Community != "" {
		return "community"
	}
	return c.User.String()
}

// GoString hides it too.
func (c Credential) GoString() string { return c.String() }

// Limits bound what one switch is asked. What is 0 gets the usual value.
type Limits struct {
	Rows     int           // that one answer has
	Requests int           // in all
	Pause    time.Duration // between an answer and the next question
	Timeout  time.Duration // of one question, which is then asked again, twice
}

func (l Limits) filled() Limits {
	def := func(v *int, d int) {
		if *v <= 0 {
			*v = d
		}
	}
	def(&l.Rows, 16)
	def(&l.Requests, 8000)
	if l.Pause <= 0 {
		l.Pause = 20 * time.Millisecond
	}
	if l.Timeout <= 0 {
		l.Timeout = 2 * time.Second
	}
	return l
}

// Errors of asking.
var (
	ErrBudget  = errors.New("the switch has more to tell than it may be asked for")
	ErrRefused = errors.New("the agent refuses the question")
	errSilent  = errors.New("no answer: wrong address, wrong credential, or not allowed to ask")
)

// tries is how often a question is asked, the first time among them.
const tries = 3

// maxDatagram is the largest answer that is read.
const maxDatagram = 65535

// client asks one agent.
type client struct {
	conn    net.Conn
	cred    Credential
	session *snmp.Session // of version 3
	vlan    int           // whose tables are asked for; 0 is all that there is
	limits  Limits
	id      int
	asked   int // questions sent, again ones too
	sent    int // bytes
	buffer  []byte
}

func newClient(conn net.Conn, c Credential, l Limits) (*client, error) {
	x := &client{conn: conn, cred: c, limits: l.filled(), buffer: make([]byte, maxDatagram)}
	var seed [12]byte
	_, _ = rand.Read(seed[:]) // never fails
	x.id = int(binary.BigEndian.Uint32(seed[8:]) >> 2)
	if c.Community == "" {
		if err := c.User.Validate(); err != nil {
			return nil, err
		}
		x.session = snmp.NewSession(c.User, binary.BigEndian.Uint64(seed[:8]))
	}
	return x, nil
}

// get asks for objects.
func (c *client) get(ctx context.Context, objects ...string) ([]snmp.Binding, error) {
	m := &snmp.Message{Kind: snmp.Get}
	for _, o := range objects {
		m.Bindings = append(m.Bindings, snmp.Binding{OID: snmp.ParseOID(o), Tag: snmp.TagNull})
	}
	a, err := c.ask(ctx, m)
	if err != nil {
		return nil, err
	}
	return a.Bindings, nil
}

// walk tells each object below a root, with the part of its name that is below it.
func (c *client) walk(ctx context.Context, root string, fn func(index snmp.OID, b snmp.Binding)) error {
	at := snmp.ParseOID(root)
	below := len(at)
	for {
		a, err := c.ask(ctx, &snmp.Message{
			Kind: snmp.GetBulk, Index: c.limits.Rows, Bindings: []snmp.Binding{{OID: at, Tag: snmp.TagNull}},
		})
		if err != nil {
			return fmt.Errorf("walk %s: %w", root, err)
		}
		if len(a.Bindings) == 0 {
			return nil
		}
		for _, b := range a.Bindings {
			over := b.Tag == snmp.EndOfMIB || len(b.OID) <= below || b.OID[:below].Compare(snmp.ParseOID(root)) != 0
			if over || b.OID.Compare(at) <= 0 { // the end; or the agent goes round in circles
				return nil
			}
			fn(b.OID[below:], b)
			at = b.OID
		}
	}
}

// ask asks one question and waits for its answer. Nothing else is under way.
func (c *client) ask(ctx context.Context, m *snmp.Message) (*snmp.Message, error) {
	if c.session != nil && !c.session.Known() {
		if _, err := c.exchange(ctx, m); err != nil {
			return nil, err
		}
	}
	for again := range 2 {
		a, err := c.exchange(ctx, m)
		if err != nil {
			return nil, err
		}
		switch {
		case a.Kind == snmp.Report && again == 0:
			continue // its clock is known now
		case a.Kind != snmp.Response:
			return nil, ErrRefused
		case a.Error != snmp.ErrorNone && a.Error != snmp.ErrorNoSuchName:
			return nil, fmt.Errorf("%w: error %d", ErrRefused, a.Error)
		}
		return a, nil
	}
	return nil, ErrRefused
}

// exchange sends a question, up to three times, until its answer is there.
func (c *client) exchange(ctx context.Context, m *snmp.Message) (*snmp.Message, error) {
	for range tries {
		if c.asked++; c.asked > c.limits.Requests {
			return nil, ErrBudget
		}
		if err := pause(ctx, c.limits.Pause); err != nil {
			return nil, err
		}
		c.id = (c.id + 1) & 0x3fffffff
		m.RequestID = c.id
		out, err := c.seal(m)
		if err != nil {
			return nil, err
		}
		c.sent += len(out)
		if _, err := c.conn.Write(out); err != nil {
			return nil, err
		}
		a, err := c.wait(ctx, m.RequestID)
		if err == nil || !isTimeout(err) {
			return a, err
		}
	}
	return nil, errSilent
}

func (c *client) seal(m *snmp.Message) ([]byte, error) {
	if c.session != nil {
		return c.session.Seal(m)
	}
	m.Version, m.Community = snmp.Version2c, c.cred.Community
	if c.vlan > 0 {
		m.Community += "@" + strconv.Itoa(c.vlan)
	}
	return m.Append(nil), nil
}

// in asks for the tables of one VLAN from now on, as agents have it that keep one of each
// for every VLAN (Cisco, SNMP community string indexing): by the community "name@20", or
// the context "vlan-20". 0 is all that there is.
func (c *client) in(vlan int) {
	c.vlan = vlan
	switch {
	case c.session == nil:
	case vlan == 0:
		c.session.In("")
	default:
		c.session.In("vlan-" + strconv.Itoa(vlan))
	}
}

// wait reads until the answer to a question comes; what else comes is passed over.
func (c *client) wait(ctx context.Context, id int) (*snmp.Message, error) {
	deadline := time.Now().Add(c.limits.Timeout)
	if d, ok := ctx.Deadline(); ok && d.Before(deadline) {
		deadline = d
	}
	if err := c.conn.SetReadDeadline(deadline); err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { _ = c.conn.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	for {
		n, err := c.conn.Read(c.buffer)
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if err != nil {
			return nil, err
		}
		a, err := c.open(c.buffer[:n])
		if err == nil && (a.RequestID == id || a.Kind == snmp.Report) {
			return a, nil
		}
	}
}

func (c *client) open(b []byte) (*snmp.Message, error) {
	if c.session != nil {
		return c.session.Open(b)
	}
	m, err := snmp.Parse(b)
	if err != nil || m.Version != snmp.Version2c || m.Kind != snmp.Response {
		return nil, snmp.ErrNotSNMP
	}
	return m, nil
}

func isTimeout(err error) bool {
	n, ok := errors.AsType[net.Error](err)
	return ok && n.Timeout()
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-t.C:
		return nil
	}
}
