// Package all lists the probes.
package all

import (
	"github.com/heron-iot/heron/internal/probe"
	"github.com/heron-iot/heron/internal/probe/bacnet"
	"github.com/heron-iot/heron/internal/probe/enip"
	"github.com/heron-iot/heron/internal/probe/fins"
	"github.com/heron-iot/heron/internal/probe/fox"
	"github.com/heron-iot/heron/internal/probe/hart_ip"
	"github.com/heron-iot/heron/internal/probe/http"
	"github.com/heron-iot/heron/internal/probe/knxip"
	"github.com/heron-iot/heron/internal/probe/melsec"
	"github.com/heron-iot/heron/internal/probe/modbus"
	"github.com/heron-iot/heron/internal/probe/opcua"
	"github.com/heron-iot/heron/internal/probe/s7comm"
	"github.com/heron-iot/heron/internal/probe/ssh"
)

// Probes returns every probe, by name.
func Probes() []probe.Probe {
	return []probe.Probe{
		bacnet.Probe(),
		enip.Probe(),
		enip.Stream(),
		fins.Probe(),
		fox.Probe(),
		hart_ip.Probe(),
		http.Probe(),
		knxip.Probe(),
		melsec.Probe(),
		modbus.Probe(),
		opcua.Probe(),
		s7comm.Probe(),
		ssh.Probe(),
	}
}
