// Package probe asks devices politely who they are. It holds what a probe is
// and the framework that keeps every probe within its bounds: the framework
// dials, counts packets and bytes, enforces the safety class, and gives control
// devices one full connection at a time. One folder below it holds one
// protocol; all lists them; probetest is their suite.
package probe

import (
	"context"
	"net"

	"github.com/heron-iot/heron"
)

// Safety classes what a probe does to a device.
type Safety uint8

// The classes. A scan allows those up to its profile's: safe and standard allow
// ReadOnly alone.
const (
	ReadOnly  Safety = iota // asks for what the device tells anyone
	Login                   // tries credentials: needs permission
	Intrusive               // could disturb: never on what is or may be a control device
)

// Probe describes one question to one kind of service.
type Probe struct {
	Name      string
	Transport heron.Transport // TCP or UDP
	Ports     []uint16
	Safety    Safety
	// MaxPackets and MaxBytes bound what it may send to one device.
	MaxPackets, MaxBytes int
	// Control tells that the question is known to be safe for control devices.
	Control bool
	Spec    string
	// Run asks over conn, which enforces the budget and the deadline, and
	// emits what the answers tell.
	Run func(ctx context.Context, conn net.Conn, emit func(key, value string)) error
}
