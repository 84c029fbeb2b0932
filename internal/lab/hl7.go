package lab

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/heron-iot/heron"
)

const hl7Port = 2575

// Framing of the minimal lower layer protocol (HL7 v2 implementation guide, appendix C).
const (
	mllpStart = 0x0b
	mllpEnd   = "\x1c\r"
)

func mllp(segments ...string) []byte {
	return []byte(string([]byte{mllpStart}) + strings.Join(segments, "\r") + "\r" + mllpEnd)
}

// hl7Service takes every message and acknowledges it.
func hl7Service() Service {
	return Service{
		Protocol: "hl7", Transport: heron.TCP, Port: hl7Port,
		Answer: func(_ *Host, q Query) Reply {
			end := bytes.Index(q.Bytes, []byte(mllpEnd))
			if end < 0 {
				return Reply{Used: overlong(q.Bytes)}
			}
			fields := strings.Split(string(q.Bytes[:end]), "|")
			id := ""
			if len(fields) > 9 {
				id, _, _ = strings.Cut(fields[9], "\r")
			}
			return Reply{Used: end + len(mllpEnd), Bytes: mllp(
				`MSH|^~\&|MIRTH|WARD|||20260105080000||ACK^R01|`+id+`|P|2.6`, "MSA|AA|"+id)}
		},
	}
}

// sayHL7 reports one reading of a device, as an unsolicited observation (HL7
// v2.6 chapter 7, in the profile of IHE PCD-01).
func sayHL7(vendor, model, device, quantity string) func(*actor) {
	return func(a *actor) {
		at := a.now.Std().Format("20060102150405")
		h := a.host
		a.ask(a.site.role(h, roleHL7), hl7Port, mllp(
			fmt.Sprintf(`MSH|^~\&|%s^%s^EUI-64|%s|MIRTH|WARD|%s||ORU^R01^ORU_R01|%d|P|2.6|||NE|AL`, model, strings.ToUpper(h.Serial), vendor, at, a.rng.Uint32()),
			"PID|||P"+h.short()+"^^^WARD^PI",
			"OBR|1|||"+device+"|||"+at,
			fmt.Sprintf("OBX|1||%s^%s^MDC|1.0.0.0|||||||X|||%s||||%s^%s", device, model, at, h.fill("{SHORT}"), vendor),
			fmt.Sprintf("OBX|2|NM|%s^MDC|1.0.1.1|%d||||||R|||%s", quantity, 60+a.rng.IntN(40), at)))
	}
}
