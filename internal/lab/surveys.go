package lab

import (
	"encoding/binary"
	"fmt"

	"github.com/heron-iot/heron/internal/proto/ber"
	"github.com/heron-iot/heron/internal/proto/opcua"
)

// Those who ask devices by their own protocols all day.

// surveyPlant is engineering software that looks for the controllers that it knows.
func surveyPlant(a *actor) {
	for _, v := range []struct {
		model string
		port  uint16
		ask   []byte
	}{
		{"rockwell-micrologix", enipPort, append([]byte{enipListIdentity}, make([]byte, enipHead-1)...)},
		{"omron-cj2m", 9600, []byte{0x80, 0, 2, 0, 0, 0, 0, 0xfe, 0, 1, 5, 1, 0}},
		{"beckhoff-cx", 48899, []byte{0x03, 0x66, 0x14, 0x71, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10, 0x27, 0, 0, 0, 0}},
		{"moxa-nport", 4800, []byte{1, 0, 0, 8, 0, 0, 0, 0}},
		{"lantronix-uds", 30718, []byte{0, 0, 0, 0xf6}},
	} {
		a.tell(a.some(v.model), v.port, v.ask)
	}
	a.ask(a.some("mitsubishi-q"), 5007, []byte{0x50, 0, 0, 0xff, 0xff, 0x03, 0, 6, 0, 0x10, 0, 0x01, 0x01, 0, 0})
	a.ask(a.some("wago-coupler"), 502, modbusIdentify(1), modbusRead(2, 1, 0, 8))
	if to := a.some("phoenix-plcnext"); to != nil {
		a.ask(to, uaPort, uaHello(to), uaOpen(), uaEndpoints(to))
	}
}

// surveyInstruments is the asset manager of the field instruments (HCF_SPEC-085 §10): a
// session, command 0, the end of the session.
func surveyInstruments(a *actor) {
	to := a.some("emerson-gateway")
	for _, m := range [][]byte{
		{1, 0, hartInitiate, 0, 0, 1, 0, 13, 1, 0, 0, 0x75, 0x30}, {1, 0, hartPassed, 0, 0, 2, 0, 13, 0x02, 0x80, 0, 0, 0x82}, {1, 0, hartClose, 0, 0, 3, 0, 8},
	} {
		a.tell(to, 5094, m)
	}
}

// surveyBuilding looks for the bus and the control of the meeting rooms.
func surveyBuilding(a *actor) {
	a.tell(a.some("gira-knx"), 3671, []byte{6, 0x10, 0x02, 0x03, 0, 14, 8, 1, 0, 0, 0, 0, 0, 0})
	a.tell(a.some("crestron-mc3"), 41794, append([]byte{0x14, 0, 0, 0, 1, 4, 0, 3, 0, 0}, padded(a.host.hostname(), 256, 0)...))
}

// surveyServers is monitoring: the management controller, whether the database is up.
func surveyServers(a *actor) {
	bmc := a.some("supermicro-bmc")
	for _, m := range [][]byte{
		{6, 0, 0xff, 6, 0, 0, 0x11, 0xbe, 0x80, 0, 0, 0},
		{6, 0, 0xff, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 0x20, 0x18, 0xc8, 0x81, 0, 0x38, 0x8e, 0x04, 0xb5},
	} {
		a.tell(bmc, 623, m)
	}
	a.ask(a.some("postgres-server"), 5432, []byte{0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f})
}

// readGauge is the till that keeps the station's books.
func readGauge(a *actor) { a.ask(a.some("veeder-gauge"), 10001, []byte("\x01I90200")) }

// surveyLounge is an app that looks for lamps, plugs and whatever plays.
func surveyLounge(a *actor) {
	a.tell(a.some("wiz-bulb"), 38899, []byte(`{"method":"getSystemConfig","params":{}}`))
	a.tell(a.some("tapo-plug"), 20002, []byte{2, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0x46, 0x3c, 0xb5, 0xd3})
	a.tell(a.some("onkyo-receiver"), 60128, []byte("ISCP\x00\x00\x00\x10\x00\x00\x00\x0b\x01\x00\x00\x00!xECNQSTN\r\n"))
	a.tell(a.some("kasa-plug"), 9999, kasaCipher([]byte(`{"system":{"get_sysinfo":{}}}`)))
	a.tell(a.some("sensortag"), 5683, []byte("\x40\x01\x48\x01\xbb.well-known\x04core"))
	purifier := append([]byte{0x21, 0x31, 0, 32}, make([]byte, 28)...)
	for i := range purifier[4:] {
		purifier[4+i] = 0xff
	}
	a.tell(a.some("xiaomi-purifier"), 54321, purifier)
	for _, kind := range []byte{32, 14, 23} { // version, firmware, label
		b := append([]byte{36, 0, 0, 0x34, 1, 2, 3, 4}, make([]byte, 28)...)
		b[23], b[32] = kind, kind
		a.tell(a.some("lifx-bulb"), 56700, b)
	}
	goveeSearch(a)
}

// findCanon is the printer driver of a computer: who is there, and what it is.
func findCanon(a *actor) {
	for _, command := range []byte{0x01, 0x30} {
		a.tell(a.some("canon-pixma"), 8611, append([]byte("BJNP"), 1, command, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0))
	}
}

// verifyArchive asks whether the archive of images is there (DICOM PS3.8 §7.1).
func verifyArchive(a *actor) {
	item := func(kind byte, content string) string {
		return string(binary.BigEndian.AppendUint16([]byte{kind, 0}, uint16(len(content)))) + content
	}
	unit := func(kind byte, content string) []byte {
		return append(binary.BigEndian.AppendUint32([]byte{kind, 0}, uint32(len(content))), content...)
	}
	request := "\x00\x01\x00\x00" + string(padded("ORTHANC", 16, ' ')) + string(padded("GATEWAY", 16, ' ')) + string(make([]byte, 32)) +
		item(0x10, "1.2.840.10008.3.1.1.1") +
		item(0x20, "\x01\x00\x00\x00"+item(0x30, dicomVerification)+item(0x40, dicomPlain)) +
		item(0x50, item(0x51, "\x00\x00\x40\x00")+item(0x52, "1.2.40.0.13.1.3"))
	a.ask(a.some("orthanc-pacs"), 4242, unit(1, request), unit(5, "\x00\x00\x00\x00"))
}

// joinDomain is a computer that starts: it reads the root entry of its domain's directory
// (RFC 4512 §5.1).
func joinDomain(a *actor) {
	text := func(s string) []byte { return ber.Append(nil, ber.OctetString, []byte(s)) }
	base, zero := []byte{ber.Enumerated, 1, 0}, ber.AppendInt(nil, 0)
	search := ber.Append(nil, 0x63, text(""), base, base, zero, zero, []byte{ber.Boolean, 1, 0},
		ber.Append(nil, 0x87, []byte("objectClass")), ber.Append(nil, ber.Sequence))
	leave := ber.Append(nil, 0x42)
	a.ask(a.some("windows-server"), 389,
		ber.Append(nil, ber.Sequence, ber.AppendInt(nil, 1), search), ber.Append(nil, ber.Sequence, ber.AppendInt(nil, 2), leave))
}

// uaHello, uaOpen and uaEndpoints are a client of OPC UA that looks what there is
// (OPC 10000-6 §7.1).
func uaHello(to *Host) []byte {
	return uaChunk("HEL", opcua.AppendString(uaNumbers(0, uaBuffer, uaBuffer, 0, 0), uaURL(to)))
}

func uaOpen() []byte {
	body := append(opcua.AppendString(uaNumbers(0), uaNone), uaNull+uaNull...)
	body = append(body, uaNumbers(1, 1)...)
	body = uaRequest(body, opcua.OpenRequest)
	body = append(body, uaNumbers(0, 0, 1)...)
	return uaChunk("OPN", append(append(body, uaNull...), uaNumbers(uaLifetimeMS)...))
}

func uaEndpoints(to *Host) []byte {
	body := uaRequest(append(uaNumbers(uaChannel(to), 1), uaNumbers(2, 2)...), opcua.EndpointsRequest)
	return uaChunk("MSG", append(opcua.AppendString(body, uaURL(to)), uaNull+uaNull...))
}

// uaRequest adds a service and the header of a request (OPC 10000-4 §7.33).
func uaRequest(b []byte, service int) []byte {
	b = append(opcua.AppendNode(b, 0, service), 0, 0)
	b = append(append(b, make([]byte, 8)...), uaNumbers(1, 0)...)
	b = append(b, uaNull...)
	return append(binary.LittleEndian.AppendUint32(b, uaLifetimeMS), 0, 0, 0)
}

func uaURL(h *Host) string { return fmt.Sprintf("opc.tcp://%s:%d", h.Here, uaPort) }

func uaChannel(h *Host) uint32 { return uint32(h.MAC[5]) + 1 }
