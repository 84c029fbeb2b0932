// Package all lists every dissector. It is the one place that names them: a new
// protocol is a folder beside this one and a line here.
package all

import (
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/dissect/arp"
	"github.com/heron-iot/heron/internal/dissect/bacnet"
	"github.com/heron-iot/heron/internal/dissect/cdp"
	"github.com/heron-iot/heron/internal/dissect/dhcp"
	"github.com/heron-iot/heron/internal/dissect/dhcpv6"
	"github.com/heron-iot/heron/internal/dissect/dnp3"
	"github.com/heron-iot/heron/internal/dissect/dns"
	"github.com/heron-iot/heron/internal/dissect/enip"
	"github.com/heron-iot/heron/internal/dissect/fins"
	"github.com/heron-iot/heron/internal/dissect/ftp"
	"github.com/heron-iot/heron/internal/dissect/hl7"
	"github.com/heron-iot/heron/internal/dissect/http"
	"github.com/heron-iot/heron/internal/dissect/icmp"
	"github.com/heron-iot/heron/internal/dissect/icmpv6"
	"github.com/heron-iot/heron/internal/dissect/iec104"
	"github.com/heron-iot/heron/internal/dissect/igmp"
	"github.com/heron-iot/heron/internal/dissect/imap"
	"github.com/heron-iot/heron/internal/dissect/lldp"
	"github.com/heron-iot/heron/internal/dissect/llmnr"
	"github.com/heron-iot/heron/internal/dissect/mdns"
	"github.com/heron-iot/heron/internal/dissect/melsec"
	"github.com/heron-iot/heron/internal/dissect/melsoft"
	"github.com/heron-iot/heron/internal/dissect/modbus"
	"github.com/heron-iot/heron/internal/dissect/mqtt"
	"github.com/heron-iot/heron/internal/dissect/nbns"
	"github.com/heron-iot/heron/internal/dissect/ndp"
	"github.com/heron-iot/heron/internal/dissect/ntp"
	"github.com/heron-iot/heron/internal/dissect/pop"
	"github.com/heron-iot/heron/internal/dissect/quic"
	"github.com/heron-iot/heron/internal/dissect/rtsp"
	"github.com/heron-iot/heron/internal/dissect/s7comm"
	"github.com/heron-iot/heron/internal/dissect/sip"
	"github.com/heron-iot/heron/internal/dissect/smtp"
	"github.com/heron-iot/heron/internal/dissect/snmp"
	"github.com/heron-iot/heron/internal/dissect/socks"
	"github.com/heron-iot/heron/internal/dissect/ssdp"
	"github.com/heron-iot/heron/internal/dissect/ssh"
	"github.com/heron-iot/heron/internal/dissect/stp"
	"github.com/heron-iot/heron/internal/dissect/telnet"
	"github.com/heron-iot/heron/internal/dissect/tls"
	"github.com/heron-iot/heron/internal/dissect/wsd"
)

// Protocols returns fresh dissectors for one dispatcher, sorted by name.
func Protocols() []dissect.Protocol {
	return []dissect.Protocol{
		arp.Protocol(),
		bacnet.Protocol(),
		cdp.Protocol(),
		dhcp.Protocol(),
		dhcpv6.Protocol(),
		dnp3.Protocol(),
		dns.Protocol(),
		enip.Protocol(),
		fins.Protocol(),
		ftp.Protocol(),
		hl7.Protocol(),
		http.Protocol(),
		icmp.Protocol(),
		icmpv6.Protocol(),
		iec104.Protocol(),
		igmp.Protocol(),
		imap.Protocol(),
		lldp.Protocol(),
		llmnr.Protocol(),
		mdns.Protocol(),
		melsec.Protocol(),
		melsoft.Protocol(),
		modbus.Protocol(),
		mqtt.Protocol(),
		nbns.Protocol(),
		ndp.Protocol(),
		ntp.Protocol(),
		pop.Protocol(),
		quic.Protocol(),
		rtsp.Protocol(),
		s7comm.Protocol(),
		sip.Protocol(),
		smtp.Protocol(),
		snmp.Protocol(),
		socks.Protocol(),
		ssdp.Protocol(),
		ssh.Protocol(),
		stp.Protocol(),
		telnet.Protocol(),
		tls.Protocol(),
		wsd.Protocol(),
	}
}
