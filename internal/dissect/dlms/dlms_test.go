package dlms_test

import (
	"encoding/hex"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/dlms"
	"github.com/heron-iot/heron/internal/proto/ber"
	protodlms "github.com/heron-iot/heron/internal/proto/dlms"
)

// associate is a message of that tag with those fields: their tags, and what is in them.
func associate(tag int, fields ...string) []byte {
	var body []byte
	for _, f := range fields {
		b := dissecttest.Hex(f)
		body = ber.Append(body, int(b[0]), b[1:])
	}
	return ber.Append(nil, tag, body)
}

// Fields of associations: names with and without a key, a login, an answer.
const (
	context, withKey = "a1 06076085740508 0101", "a1 06076085740508 0103"
	requires         = "8a 0780"
	low, high        = "8b 6085740508 0201", "8b 6085740508 0205"
	password         = "ac 8008 3132333435363738"
	challenge        = "ac 8003 010203"
	accepted         = "a2 020100"
	rejected         = "a2 020101"
	nothing, failed  = "a3 a103 020100", "a3 a103 02010d"
	title            = "a4 0408 4c475a1022334455"
	initiate         = "be 040e 01000000 065f1f04 00007e1f 04b0"
	initiated        = "be 040e 0800065f 1f040000 501f01f4 0007"
)

func suite() dissecttest.Suite {
	public := hex.EncodeToString(associate(0x60, context, initiate))
	titled := hex.EncodeToString(associate(0x61, context, accepted, nothing, title, initiated))
	refused := hex.EncodeToString(associate(0x61, context, rejected, failed))
	c := func(digits string) dissecttest.Step {
		return dissecttest.C(protodlms.AppendWrapper(nil, 16, 1, dissecttest.Hex(digits)))
	}
	s := func(digits string) dissecttest.Step {
		return dissecttest.S(protodlms.AppendWrapper(nil, 1, 16, dissecttest.Hex(digits)))
	}
	talk := func(name string, port uint16, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.TCP, ServerPort: port, Steps: steps}
	}
	toHDLC := func(device, control byte, digits string) dissecttest.Step {
		return dissecttest.C(protodlms.AppendHDLC(nil, []byte{0x02, device<<1 | 1, 0x21}, control, dissecttest.Hex(digits)))
	}
	ofHDLC := func(device, control byte, digits string) dissecttest.Step {
		return dissecttest.S(protodlms.AppendHDLC(nil, []byte{0x21, 0x02, device<<1 | 1}, control, dissecttest.Hex(digits)))
	}
	const reading = "c001c1 0003 0100010800ff 02 00"
	meter := talk("meter", 4059,
		c(public), s(titled),
		c("c001c1 0001 00002a0000ff 02 00"), s("c401c1 00 0910 4c475a30303132333435363738390000"),
		c("c001c2 0001 0000600100ff 02 00"), s("c401c2 00 0908 3336303030303031"),
		c("c001c3 0001 0100000200ff 02 00"), s("c401c3 00 0a07 42332e302e3132"),
		c(reading), s("c401c1 00 06 00001234"),
		c("c101c4 0008 0000010000ff 02 00 090c 07e60105ffffffffff800000"), s("c501c4 00"),
		c("c301c5 0046 0000600 30aff 01 01 0f00"), s("c701c5 00 00"))
	datagram := meter
	datagram.Name, datagram.Transport, datagram.Steps = "datagrams", heron.UDP, meter.Steps[:4]
	return dissecttest.Suite{
		Protocol: dlms.Protocol,
		Allocs:   4, // the events of logins
		Conversations: []dissecttest.Conversation{
			meter, datagram,
			talk("refused", 4059, c(hex.EncodeToString(associate(0x60, context, requires, low, password, initiate))), s(refused),
				c(hex.EncodeToString(associate(0x60, withKey, requires, high, challenge, initiate)))),
			talk("short_name", 4059, c(public), s(titled), c("05 01 02 fd08"), s("0c 01 00 0906 495352010203"), c("05 01 02 fd08"), s("0c 01 01 03")),
			talk("line", 4059,
				toHDLC(17, 0x93, ""), ofHDLC(17, 0x73, ""),
				toHDLC(17, 0x10, "e6e600"+public), ofHDLC(17, 0x30, "e6e700"+titled),
				dissecttest.C("\x7e"), toHDLC(18, 0x10, "e6e600"+public), ofHDLC(18, 0x30, "e6e700"+titled)),
		},
	}
}

func TestDLMS(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }

// What begins like a frame is left to others.
func TestProbe(t *testing.T) {
	t.Parallel()
	associates := protodlms.AppendWrapper(nil, 16, 1, associate(0x60, context, initiate))
	for name, c := range map[string]struct {
		in   []byte
		want bool
	}{
		"association":       {associates, true},
		"half of it":        {associates[:20], false},
		"a read alone":      {protodlms.AppendWrapper(nil, 16, 1, dissecttest.Hex("c001c1000301000108 00ff0200")), false},
		"Modbus":            {dissecttest.Hex("0001 0000 0006 01 03 0000 000a"), false},
		"SNRM":              {dissecttest.Hex("7ea00a00020023219318717e"), true},
		"SNRM, but for one": {dissecttest.Hex("7ea00a00020023219318707e"), false},
		"flags":             {dissecttest.Hex("7e7e7e7e"), false},
	} {
		if got := dlms.Protocol().Probe(c.in, true); got != c.want {
			t.Errorf("%s: got %t", name, got)
		}
	}
}
