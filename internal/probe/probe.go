// Package probe asks devices politely who they are. It holds what a probe is
// and the framework that keeps every probe within its bounds: the framework
// dials, counts writes and bytes, enforces the safety class, and gives each
// host one full connection at a time, closed in order. One folder below it
// holds one protocol; all lists them; probetest is their suite.
//
// A host that is or may be a control device gets only probes that say they are
// safe for control devices, and each thing such a probe sends is checked
// against the read-only requests that it declares.
package probe

import (
	"context"
	"errors"
	"net"

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
	Ports     []uint16
	Safety    Safety
	// MaxWrites and MaxBytes bound what it may send to one service.
	MaxWrites, MaxBytes int
	// MaxAnswer bounds what it may read, in bytes.
	MaxAnswer int
	// Control tells that the question is safe for control devices. Allow must
	// then be given.
	Control bool
	// Allow checks each thing the probe sends before it leaves: an error stops
	// it. Probes of control devices pass read-only requests alone.
	Allow func(out []byte) error
	Spec  string // the document cited
	// Run asks over conn, which enforces budget and deadline, and emits what the
	// answers tell. What arrives is untrusted: read it with internal/wire.
	Run func(ctx context.Context, conn net.Conn, emit func(key, value string)) error
}
