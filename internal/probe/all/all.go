// Package all lists the probes.
package all

import (
	"github.com/heron-iot/heron/internal/probe"
	"github.com/heron-iot/heron/internal/probe/http"
	"github.com/heron-iot/heron/internal/probe/modbus"
	"github.com/heron-iot/heron/internal/probe/ssh"
)

// Probes returns every probe, by name.
func Probes() []probe.Probe {
	return []probe.Probe{
		http.Probe(),
		modbus.Probe(),
		ssh.Probe(),
	}
}
