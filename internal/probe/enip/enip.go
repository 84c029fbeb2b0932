// Package enip asks an EtherNet/IP device which product it is: List Identity, which
// every device answers without a session (ODVA, The CIP Networks Library, volume 2
// §2-4.2). It can send nothing else.
//
// The dissector reads the answer: cip.identity.vendor, cip.identity.product …
package enip

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
	"github.com/heron-iot/heron/internal/wire"
)

// listIdentity is the command, and the header that is all of it.
const (
	port         = 44818
	listIdentity = 0x63
	headSize     = 24
	maxAnswer    = 2048
)

func request() []byte { return append([]byte{listIdentity}, make([]byte, headSize-1)...) }

// Probe returns the probe over UDP, which costs the device no connection.
func Probe() probe.Probe {
	p := question("enip", heron.UDP, probe.Datagram(size))
	p.Plant, p.Beside = true, port
	return p
}

// Stream returns the probe over TCP.
func Stream() probe.Probe {
	return question("enip_tcp", heron.TCP, size)
}

func question(name string, over heron.Transport, size probe.Size) probe.Probe {
	return probe.Probe{
		Name: name, Transport: over, Ports: []uint16{port}, Safety: probe.ReadOnly, Worth: 3,
		MaxWrites: 1, MaxBytes: headSize, MaxAnswer: maxAnswer, Control: true, Allow: probe.Only(request()),
		Spec: "ODVA, The CIP Networks Library, volume 2 §2-4.2", Run: probe.Ask(size, request()),
	}
}

// size is that of an answer to the request.
func size(b []byte) (int, error) {
	r := wire.NewReader(b)
	command, n := r.U16LE(), r.U16LE()
	switch {
	case r.Err() != nil:
		return 0, nil
	case command != listIdentity || n > maxAnswer-headSize:
		return 0, probe.ErrNotMine
	}
	return headSize + n, nil
}
