package lab

import (
	"net/netip"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/proto/frame"
)

// mss is the most payload of one segment on Ethernet.
const mss = 1460

// tcpTape is one TCP connection on tape.
type tcpTape struct {
	t              *tape
	client, server peer
	cport, sport   uint16
	// seq is the next sequence number of the client, then of the server.
	seq    [2]uint32
	window [2]uint16
	svc    *Service
	sess   Session
	in     []byte // what the client sent and the service did not use yet
	last   heron.Time
	closed bool
}

// talk implements player.
func (t *tape) talk(c conversation) bool {
	key := flowKey{c.from.MAC, c.to}
	conn := t.open[key]
	if conn == nil || conn.closed {
		if conn = t.connect(c); conn == nil {
			return false
		}
	}
	t.at = max(t.at, conn.last)
	conn.converse(c)
	if c.stay && !conn.closed {
		t.open[key] = conn
	} else {
		delete(t.open, key)
		conn.finish()
	}
	conn.last = t.at
	return true
}

// connect sends a SYN and returns the connection, or nil when it is refused or
// nobody answers.
func (t *tape) connect(c conversation) *tcpTape {
	to, ok := t.reach(c.from, c.to.Addr())
	if !ok {
		return nil
	}
	from := peerOf(c.from, sourceFor(c.from, c.to.Addr()))
	conn := &tcpTape{t: t, client: from, server: to, cport: t.ephemeral(c.from), sport: c.to.Port()}
	conn.seq = [2]uint32{t.rng.Uint32(), t.rng.Uint32()}
	options, window := from.stack.synOptions()
	conn.window[0] = window
	conn.segment(true, frame.SYN, options, nil)
	t.delay(to.host != nil)
	switch {
	case to.host == nil && c.script == nil:
		return nil // the Internet is silent about what nobody offers
	case to.host != nil:
		if conn.svc = to.host.service(heron.TCP, c.to.Port()); conn.svc == nil {
			conn.refuse()
			return nil
		}
	}
	options, conn.window[1] = to.stack.synOptions()
	conn.segment(false, frame.SYN|frame.ACK, options, nil)
	t.delay(to.host != nil)
	conn.segment(true, frame.ACK, nil, nil)
	if conn.svc != nil && conn.svc.Greeting != nil && !conn.svc.TLS {
		conn.send(false, conn.svc.Greeting(to.host))
	}
	return conn
}

// sourceFor is the address that a host uses towards another.
func sourceFor(h *Host, to netip.Addr) netip.Addr {
	if to.Is6() {
		return h.IPv6
	}
	return h.IP
}

// refuse is the reset of a closed port.
func (c *tcpTape) refuse() {
	p := c.t.packetTo(c.server, c.client)
	s := frame.TCP{SrcPort: c.sport, DstPort: c.cport, Ack: c.seq[0], Flags: frame.RST | frame.ACK}
	c.t.put(frame.AppendTCP(nil, p.link(), p.ip(), s, nil))
	c.t.delay(true)
}

// converse plays the requests and their answers, or the script.
func (c *tcpTape) converse(conv conversation) {
	lines := conv.script
	if conv.tls {
		for _, l := range c.handshake(conv) {
			c.send(l.fromClient, l.data)
		}
	}
	for _, l := range lines {
		c.send(l.fromClient, l.data)
	}
	for i, req := range conv.requests {
		if c.closed {
			return
		}
		if i > 0 {
			c.t.pause(conv.gap)
		}
		c.request(req, conv.tls)
	}
}

// request sends one request to the service, and its answers back.
func (c *tcpTape) request(req []byte, tls bool) {
	if tls {
		c.send(true, tlsRecord(tlsApplicationData, c.cipher(len(req))))
	} else {
		c.send(true, req)
	}
	if c.svc == nil || c.svc.Answer == nil {
		return
	}
	c.in = append(c.in, req...)
	var out []byte
	for {
		r := c.svc.Answer(c.server.host, Query{
			From:  netip.AddrPortFrom(c.client.ip, c.cport),
			Bytes: c.in, Session: &c.sess,
		})
		c.in = c.in[min(r.Used, len(c.in)):]
		out = append(out, r.Bytes...)
		if r.Close {
			defer c.serverCloses()
		}
		if r.Used == 0 || r.Close {
			break
		}
	}
	c.t.pause(time.Millisecond + time.Duration(c.t.rng.Int64N(int64(4*time.Millisecond))))
	if tls && len(out) > 0 {
		out = tlsRecords(c.cipher(len(out)))
	}
	c.send(false, out)
}

// cipher stands for n encrypted bytes with their tag.
func (c *tcpTape) cipher(n int) []byte { return random(c.t.rng, n+24) }

// send writes data in segments, and the acknowledgement of the other side.
func (c *tcpTape) send(fromClient bool, data []byte) {
	if len(data) == 0 || c.closed {
		return
	}
	for len(data) > 0 {
		n := min(len(data), mss)
		flags := frame.ACK
		if n == len(data) {
			flags |= frame.PSH
		}
		c.segment(fromClient, flags, nil, data[:n])
		c.t.pause(40 * time.Microsecond)
		data = data[n:]
	}
	c.t.delay(c.server.host != nil)
	c.segment(!fromClient, frame.ACK, nil, nil)
	c.t.pause(100 * time.Microsecond)
}

// segment writes one segment and counts what it uses of the sequence space.
func (c *tcpTape) segment(fromClient bool, flags uint8, options, payload []byte) {
	from, to, me, other := c.server, c.client, 1, 0
	s := frame.TCP{SrcPort: c.sport, DstPort: c.cport, Flags: flags, Options: options}
	if fromClient {
		from, to, me, other = c.client, c.server, 0, 1
		s.SrcPort, s.DstPort = c.cport, c.sport
	}
	s.Seq, s.Window = c.seq[me], c.window[me]
	if flags&frame.ACK != 0 {
		s.Ack = c.seq[other]
	}
	p := c.t.packetTo(from, to)
	c.t.put(frame.AppendTCP(nil, p.link(), p.ip(), s, payload))
	c.seq[me] += uint32(len(payload))
	if flags&(frame.SYN|frame.FIN) != 0 {
		c.seq[me]++
	}
}

// serverCloses ends the connection from the server's side.
func (c *tcpTape) serverCloses() { c.end(false) }

// finish ends it from the client's side.
func (c *tcpTape) finish() { c.end(true) }

func (c *tcpTape) end(byClient bool) {
	if c.closed {
		return
	}
	c.closed = true
	local := c.server.host != nil
	c.segment(byClient, frame.FIN|frame.ACK, nil, nil)
	c.t.delay(local)
	c.segment(!byClient, frame.FIN|frame.ACK, nil, nil)
	c.t.delay(local)
	c.segment(byClient, frame.ACK, nil, nil)
}
