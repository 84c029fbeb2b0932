package identify

import (
	"slices"
	"strings"

	"github.com/heron-iot/heron"
)

// keySets are names for several keys that say the same kind of thing, so that
// knowledge about a name need not care which protocol gave it away.
var keySets = map[string][]string{
	// @hostname: the name that the device has, or gave itself.
	"@hostname": hostnameKeys,
	// @contact: the names that the device asked for or talked to.
	"@contact": contactKeys,
	// @maker: fields that hold the name of the manufacturer and nothing else.
	"@maker": makerKeys,
	// @model: fields that hold the name or number of the model.
	"@model": modelKeys,
	// @text: greetings and descriptions in which a product's name may stand.
	"@text": textKeys,
	// @self: all of what the device says of itself.
	"@self": slices.Concat(hostnameKeys, modelKeys, textKeys),
	// @product: fields in which a maker says what the product is: none that the
	// people who run it fill.
	"@product": productKeys,
	// @kind: fields in whose words the kind of the device may stand: its names, what
	// it is described as, and the paths and types that its makers made up.
	"@kind": slices.Concat(hostnameKeys, modelKeys, kindKeys),
}

var hostnameKeys = []string{
	heron.KeyHostname, "dhcp.hostname", "dhcp.fqdn", "dhcpv6.fqdn",
	"nbns.name", "llmnr.name", "snmp.sysname", "lldp.system_name", "mdns.host",
}

var contactKeys = []string{heron.KeyContact, "dns.query", "tls.sni", "http.host"}

var makerKeys = []string{
	"upnp.manufacturer", "mdns.txt.manufacturer", "mdns.txt.usb_mfg", "mdns.txt.vendor", "mdns.txt.mfg",
	"modbus.device_id.vendor", "modbus.device_id.vendor_name", "modbus.sunspec.manufacturer", "bacnet.device.vendor_name", "cip.identity.vendor", "onvif.manufacturer",
	"lldp.med.manufacturer", "snmp.entity.manufacturer", "snmp.ups.manufacturer",
	"mms.vendor", "dnp3.attribute.vendor", "codesys.vendor", "crimson.manufacturer", "http.device.vendor", "wps.manufacturer", "ocpp.vendor",
}

var modelKeys = []string{
	"upnp.model_name", "upnp.model_number", "upnp.friendly_name", "upnp.model_description",
	"mdns.txt", "mdns.txt.md", "mdns.txt.model", "mdns.txt.modelid", "mdns.txt.modelname", "mdns.txt.ty", "mdns.txt.product",
	"mdns.txt.usb_mdl", "mdns.txt.am", "mdns.txt.mdl", "mdns.txt.devicemodel", "mdns.txt.fn", "mdns.instance",
	"mdns.device_info", "mdns.hinfo", "mdns.txt.model_number", "ils.model", "onvif.model", "onvif.name", "lldp.med.model", "dicom.equipment.model", "modbus.server_id",
	"modbus.device_id.product_code", "modbus.device_id.product_name", "modbus.device_id.model_name", "modbus.sunspec.model",
	"bacnet.device.model_name", "bacnet.device.object_name", "bacnet.device.description",
	"hl7.sending_application",
	"cip.identity.product_name", "s7.szl.module_type", "s7.szl.order_number", "s7.szl.plant", "pn_dcp.station_type",
	"pn_dcp.station_name", "pn_io.order_id", "s7.szl.module_name", "s7comm_plus.order_number", "snmp.entity.model",
	"snmp.ups.model", "snmp.apc.model", "http.device.model", "http.device.model_number", "wps.model_name", "wps.model_number",
	"ads.device_name", "codesys.device", "codesys.product", "crestron.model", "crimson.model", "dnp3.attribute.product",
	"ethersbus.model", "fins.model", "fins.unit_model", "knxip.name", "melsec.model", "melsoft.model", "mms.model", "pccc.bulletin",
	"pcworx.plc_type", "pcworx.model", "proconos.plc_type", "ptp.product", "synphasor.station", "umas.model",
	"pjl.id", "ipp.printer-make-and-model", "ocpp.model",
}

var textKeys = []string{
	"banner", "telnet.banner", "ftp.banner", "smtp.banner", "pop3.banner", "imap.banner", "ssh.banner",
	"http.title", "http.server", "http.www_authenticate", "http.set_cookie", "http.user_agent", "http.powered_by",
	"sip.user_agent", "sip.server", "rtsp.server", "rtsp.www_authenticate", "snmp.sysdescr", "lldp.system_description",
	"ssdp.server", "upnp.server", "ssdp.user_agent", "tls.cert.subject", "tls.cert.issuer", "dhcp.vendor_class",
	"ntp.readvar", "ssh.software", "dns.version_bind", "ldap.rootdse", "smb.native_os", "smb.native_lm", "http.server_os", "cdp.platform", "cdp.software_version",
	"mqtt.client_id",
}

// kindKeys are further keys of @kind: not those of programs that a device runs or
// of others that it speaks to.
var kindKeys = []string{
	"banner", "telnet.banner", "ftp.banner", "http.title", "http.server", "http.www_authenticate", "sip.user_agent", "sip.server", "rtsp.server",
	"snmp.sysdescr", "lldp.system_description", "ssdp.server", "upnp.server", "tls.cert.subject", "dhcp.vendor_class", "mqtt.client_id",
	"ssdp.nt", "ssdp.st", "ssdp.usn", "ssdp.location", "upnp.device_type", "mdns.service", "mdns.txt.wlan0_ssid", "mdns.txt.ssid",
	"mdns.txt.devicetype", "mdns.txt.product_name", "mdns.txt.type",
	"http.device.name", "http.device.type", "wps.device_name", "coap.title", "coap.resource_type",
}

var productKeys = []string{
	"modbus.device_id.product_code", "modbus.device_id.product_name", "modbus.device_id.model_name", "modbus.server_id", "modbus.sunspec.model",
	"bacnet.device.model_name", "cip.identity.product_name", "pn_dcp.station_type", "pn_io.order_id", "s7.szl.module_type",
	"mms.model", "dnp3.attribute.product", "codesys.device", "codesys.product", "ads.device_name", "proconos.plc_type",
	"opcua.application_name", "opcua.application_uri", "opcua.product_uri", "knxip.name", "ptp.product", "crimson.model",
	"hl7.sending_application", "hl7.sending_facility", "dicom.implementation_version",
	"ocpp.model", "snmp.sysdescr", "snmp.entity.model", "snmp.ups.model", "snmp.device_description", "lldp.system_description", "lldp.med.model",
	"http.title", "http.server", "http.www_authenticate", "http.device.model", "http.device.type", "tls.cert.subject",
	"upnp.model_name", "upnp.model_description", "onvif.model", "banner", "telnet.banner", "ftp.banner",
}

// bannerKeys are those of textKeys that speak of the device, not of software
// that it runs or asks.
var bannerKeys = []string{
	"banner", "telnet.banner", "ftp.banner", "http.title", "http.server", "http.www_authenticate", "sip.user_agent",
	"sip.server", "rtsp.server", "snmp.sysdescr", "lldp.system_description", "ssdp.server", "upnp.server",
	"upnp.friendly_name", "upnp.model_description", "mdns.instance", "mdns.txt.md", "mdns.txt.ty", "tls.cert.subject", "tls.cert.issuer", "dhcp.vendor_class",
	"ssh.banner", "cdp.platform", "smb.native_os",
	"opcua.application_name", "opcua.application_uri", "opcua.product_uri", "pn_dcp.station_type", "knxip.name", "hl7.sending_application",
	"hl7.sending_facility", "bacnet.device.model_name", "cip.identity.product_name", "modbus.server_id", "dicom.implementation_version",
}

// expandKeys replaces the names of sets by their keys.
func expandKeys(keys []string) []string {
	var out []string
	for _, k := range keys {
		if set, ok := keySets[k]; ok {
			out = append(out, set...)
		} else {
			out = append(out, k)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// exampleKey is the key under which an example's observation of a set is made:
// the first of the set.
func exampleKey(key string) string {
	if set, ok := keySets[key]; ok {
		return set[0]
	}
	return key
}

// contactGroup is the source of the names that a device asked for.
const contactGroup = "contact"

// group names the independent source that a key belongs to: protocols that
// repeat one another's claims count as one.
func group(key string) string {
	if slices.Contains(hostnameKeys, key) {
		return "hostname"
	}
	if slices.Contains(contactKeys, key) {
		return contactGroup
	}
	switch head, _, _ := strings.Cut(key, "."); head {
	case "ssdp", "upnp":
		return "upnp"
	case "link", "mac", "arp":
		return "mac"
	case "service", "client":
		return "behavior"
	default:
		return head
	}
}
