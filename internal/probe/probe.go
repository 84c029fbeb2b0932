// Package probe asks devices politely who they are. It holds what a probe is
// and the framework that keeps every probe within its bounds: the framework
// finds hosts, dials, speaks TLS, counts packets, writes and bytes, enforces the
// safety class, and closes every connection in order. One folder below it holds
// one protocol; all lists them; probetest is their suite.
//
// A host that is or may be a control device gets one full connection at a time,
// and only probes that say they are safe for control devices; each thing such a
// probe sends is checked against the read-only requests that it declares.
package probe

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/heron-iot/heron"
)

// Safety classes what a probe does to a device.
type Safety uint8

// The classes. A scan allows those up to its own.
const (
	ReadOnly  Safety = iota // asks for what the device tells anyone
	Login                   // tries credentials: needs permission
	Intrusive               // could disturb: never on what is or may be a control device
)

// Errors of a probe that oversteps. Each is a fault of the probe, not of the device.
var (
	ErrBudget = errors.New("the probe wanted to send more than its budget")
	ErrUnsafe = errors.New("the probe wanted to send what it may not")
)

// ErrNotMine is what Run returns when the service speaks another protocol.
var ErrNotMine = errors.New("not this protocol")

// Probe describes one question to one kind of service.
type Probe struct {
	Name      string
	Transport heron.Transport // TCP or UDP
	// Ports are where the service is asked in clear, and TLSPorts where it is
	// asked over TLS (TCP alone): the framework speaks TLS and tells what the
	// server's hello and certificate say; the probe reads and writes plain text.
	Ports, TLSPorts []uint16
	Safety          Safety
	// Worth is how much an answer tells of the device: 3 when it names maker and
	// model, 2 when it names one of them or the type, 1 when it names software.
	// What is worth most is asked first. 0 is 1.
	Worth int
	// MaxWrites and MaxBytes bound what it may send to one service.
	MaxWrites, MaxBytes int
	// MaxAnswer bounds what it may read, in bytes.
	MaxAnswer int
	// Plant tells that equipment of plants alone answers, and Beside names a TCP port
	// that is open wherever this service is. A Sparing scan asks over UDP only where
	// neither speaks against it. Narrow tells that one kind of thing alone answers, as
	// Plant does: of a host whose type is known that kind would be known as well.
	Plant, Narrow bool
	Beside        uint16
	// Once tells that Run tries again by itself what nobody answers.
	Once bool
	// Control tells that the question is safe for control devices. Allow must
	// then be given, unless nothing is sent.
	Control bool
	// Allow checks each thing the probe sends before it leaves: an error stops
	// it. Probes of control devices pass read-only requests alone.
	Allow func(out []byte) error
	// Thorough keeps the question to scans that ask everything.
	Thorough bool
	// Makers are words in the registered names, in lower case, of those who make the
	// network cards of what is asked: others are asked by thorough scans alone. None is
	// everybody. It is for questions that would be in vain nearly everywhere. What Plant
	// tells of is asked, too, where the network card is not seen, behind routers.
	Makers []string
	// Printers keeps it to hosts that other evidence shows to be printers, and lets it
	// write to port 9100, to which nothing else is ever written. Allow must be given.
	Printers bool
	// Rehearse are answers to its requests, one each, such as a server may give:
	// with them a plan can show the requests that depend on an answer. A probe
	// with one request needs none.
	Rehearse [][]byte
	Spec     string // the document cited
	// Run asks over c, which enforces budget and deadlines, and tells c.Emit what
	// the answers say and c.Follow where they lead. What arrives is untrusted:
	// read it with internal/wire. A question over UDP that gets no answer at all may
	// be run once more.
	Run func(ctx context.Context, c *Conn) error
}

// check refuses a probe whose bounds say nothing.
func (p *Probe) check() error {
	switch {
	case p.Transport != heron.TCP && p.Transport != heron.UDP:
		return fmt.Errorf("probe %s: transport must be tcp or udp", p.Name)
	case p.MaxAnswer <= 0 || p.MaxWrites < 0 || p.MaxBytes < 0:
		return fmt.Errorf("probe %s: has no bounds", p.Name)
	case p.Control && p.Allow == nil && p.MaxWrites > 0:
		return fmt.Errorf("probe %s: is for control devices and does not say what it may send", p.Name)
	case p.Printers && p.Allow == nil:
		return fmt.Errorf("probe %s: is for printers and does not say what it may send", p.Name)
	case p.Transport == heron.UDP && len(p.TLSPorts) > 0:
		return fmt.Errorf("probe %s: TLS is spoken over TCP alone", p.Name)
	}
	return nil
}

// asks tells whether the probe is for a port by itself.
func (p *Probe) asks(port uint16) bool {
	return slices.Contains(p.Ports, port) || slices.Contains(p.TLSPorts, port)
}

// suits tells whether the network card of a host is of one of the makers.
func (p *Probe) suits(h Host) bool {
	return len(p.Makers) == 0 || h.anyMaker || p.Plant && h.MAC == heron.MAC{} || makerIs(h.MAC, p.Makers)
}

// silentPort tells of ports to which nothing is ever written: printers print
// what arrives there (9100–9107, and 9112–9116 of print servers).
func silentPort(t heron.Transport, port uint16) bool {
	return t == heron.TCP && port >= rawPort && port <= 9116
}

// rawPort is where a printer takes what it prints, and answers in its job language.
const rawPort = 9100

// Target is the service that a question is put to.
type Target struct {
	Question
	TLS bool `json:"tls,omitempty"`
	// Printer tells that the host is known to be one; only probes for printers see it.
	Printer bool `json:"printer,omitempty"`
	// Path is what a Follow asked for, as "/description.xml"; else "".
	Path string `json:"path,omitempty"`
}

// Follow is another question that an answer leads to. It is put to the same
// host, once, when the probe of that name may be asked there.
type Follow struct {
	Probe string
	Port  uint16 // 0 is the port that answered
	TLS   bool
	Path  string // for probes that have use for one: see Conn.Target
}

// maxFollows bounds what one question, and maxHostFollows what all questions to
// one host may lead to.
const (
	maxFollows     = 4
	maxHostFollows = 12
)
