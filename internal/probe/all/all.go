// Package all lists the probes.
package all

import (
	"github.com/heron-iot/heron/internal/probe"
	"github.com/heron-iot/heron/internal/probe/atg"
	"github.com/heron-iot/heron/internal/probe/bacnet"
	"github.com/heron-iot/heron/internal/probe/bjnp"
	"github.com/heron-iot/heron/internal/probe/coap"
	"github.com/heron-iot/heron/internal/probe/dhip"
	"github.com/heron-iot/heron/internal/probe/dicom"
	"github.com/heron-iot/heron/internal/probe/enip"
	"github.com/heron-iot/heron/internal/probe/fins"
	"github.com/heron-iot/heron/internal/probe/fox"
	"github.com/heron-iot/heron/internal/probe/hart_ip"
	"github.com/heron-iot/heron/internal/probe/http"
	"github.com/heron-iot/heron/internal/probe/ipmi"
	"github.com/heron-iot/heron/internal/probe/knxip"
	"github.com/heron-iot/heron/internal/probe/lantronix"
	"github.com/heron-iot/heron/internal/probe/lifx"
	"github.com/heron-iot/heron/internal/probe/mdns"
	"github.com/heron-iot/heron/internal/probe/melsec"
	"github.com/heron-iot/heron/internal/probe/miio"
	"github.com/heron-iot/heron/internal/probe/modbus"
	"github.com/heron-iot/heron/internal/probe/mqtt"
	"github.com/heron-iot/heron/internal/probe/nbns"
	"github.com/heron-iot/heron/internal/probe/ntp"
	"github.com/heron-iot/heron/internal/probe/onvif"
	"github.com/heron-iot/heron/internal/probe/opcua"
	"github.com/heron-iot/heron/internal/probe/rtsp"
	"github.com/heron-iot/heron/internal/probe/s7comm"
	"github.com/heron-iot/heron/internal/probe/sip"
	"github.com/heron-iot/heron/internal/probe/snmp"
	"github.com/heron-iot/heron/internal/probe/ssdp"
	"github.com/heron-iot/heron/internal/probe/ssh"
	"github.com/heron-iot/heron/internal/probe/tplinksmarthome"
	"github.com/heron-iot/heron/internal/probe/ubnt"
	"github.com/heron-iot/heron/internal/probe/wsd"
)

// Probes returns every probe, by name.
func Probes() []probe.Probe {
	return []probe.Probe{
		atg.Probe(),
		bacnet.Probe(),
		bjnp.Probe(),
		coap.Probe(),
		dhip.Probe(),
		dicom.Probe(),
		enip.Probe(),
		enip.Stream(),
		fins.Probe(),
		fox.Probe(),
		hart_ip.Probe(),
		http.Probe(),
		ipmi.Probe(),
		knxip.Probe(),
		lantronix.Probe(),
		lifx.Probe(),
		mdns.Probe(),
		melsec.Probe(),
		miio.Probe(),
		modbus.Probe(),
		mqtt.Probe(),
		nbns.Probe(),
		ntp.Probe(),
		onvif.Probe(),
		opcua.Probe(),
		rtsp.Probe(),
		s7comm.Probe(),
		sip.Probe(),
		snmp.Probe(),
		ssdp.Probe(),
		ssh.Probe(),
		tplinksmarthome.Probe(),
		tplinksmarthome.Stream(),
		ubnt.Probe(),
		wsd.Probe(),
	}
}
