// Package yeelight asks a lamp of Yeelight's which it is, with the search of its local
// protocol, which has the form of SSDP's (Yeelight WiFi Light Inter-Operation
// Specification §3.1), to the host alone. It can send nothing else.
//
// The dissector of SSDP reads the answer: ssdp.header.model, ssdp.header.fw_ver …
package yeelight

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
)

const (
	request   = "M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1982\r\nMAN: \"ssdp:discover\"\r\nST: wifi_bulb\r\n"
	maxAnswer = 2 << 10
)

// Probe returns the probe.
func Probe() probe.Probe {
	return probe.Probe{
		Name: "yeelight", Transport: heron.UDP, Ports: []uint16{1982}, Safety: probe.ReadOnly, Worth: 3,
		Makers:    []string{"yeelink", "yeelight", "xiaomi"},
		MaxWrites: 1, MaxBytes: len(request), MaxAnswer: maxAnswer, Allow: probe.Only([]byte(request)),
		Spec: "Yeelight WiFi Light Inter-Operation Specification §3.1", Run: probe.Ask(probe.Begins("HTTP/1.1 200"), []byte(request)),
	}
}
