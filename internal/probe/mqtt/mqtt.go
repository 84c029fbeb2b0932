// Package mqtt asks a broker whether it lets anybody in: CONNECT without credentials,
// with a clean session (MQTT 3.1.1 §3.1). One that does is asked for its version, which
// many publish; then the connection is closed with DISCONNECT. Nothing is published,
// and no credentials are tried, so that this only reads.
//
// The dissector reads the answers: mqtt.anonymous, mqtt.broker.
package mqtt

import (
	"context"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
	"github.com/heron-iot/heron/internal/proto/mqtt"
	"github.com/heron-iot/heron/internal/wire"
)

const (
	maxAnswer = 4 << 10
	accepted  = 0
	leave     = 14 // DISCONNECT
)

func connect() []byte { return mqtt.AppendConnect(nil, mqtt.Version311, "heron", "", "") }
func version() []byte { return mqtt.AppendSubscribe(nil, mqtt.Version311, 1, "$SYS/broker/version") }
func goodbye() []byte { return mqtt.AppendPacket(nil, leave, 0, nil) }

// Probe returns the probe.
func Probe() probe.Probe {
	return probe.Probe{
		Name: "mqtt", Transport: heron.TCP, Ports: []uint16{1883}, TLSPorts: []uint16{8883}, Safety: probe.ReadOnly, Worth: 1,
		MaxWrites: 3, MaxBytes: len(connect()) + len(version()) + len(goodbye()), MaxAnswer: maxAnswer,
		Allow: probe.Only(connect(), version(), goodbye()), Rehearse: [][]byte{mqtt.AppendConnack(nil, mqtt.Version311, accepted)},
		Spec: "MQTT 3.1.1 §3.1", Run: run,
	}
}

func run(_ context.Context, c *probe.Conn) error {
	if _, err := c.Write(connect()); err != nil {
		return err
	}
	answer, err := probe.Listen(c, mqtt.Size)
	if err != nil {
		return err
	}
	if !lets(answer) {
		return nil // it closes the connection
	}
	if _, err := c.Write(version()); err != nil {
		return err
	}
	if _, err = probe.Listen(c, mqtt.Size); err == nil { // the subscription
		_, _ = probe.Listen(c, mqtt.Size) // and what is published, if anything
	}
	if _, closing := c.Write(goodbye()); err == nil {
		err = closing
	}
	return err
}

// lets reports whether a broker lets us in.
func lets(answer []byte) bool {
	r := wire.NewReader(answer)
	p, err := mqtt.Read(&r)
	if err != nil || p.Type != mqtt.TypeConnack {
		return false
	}
	code, err := mqtt.ReadConnack(p.Body)
	return err == nil && code == accepted
}
