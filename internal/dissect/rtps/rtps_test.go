package rtps_test

import (
	"encoding/binary"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/rtps"
)

// order is that of the octets of numbers.
type order interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

const prefix = "\x01\x0f\x02\x00\x00\x05\x00\x00\x00\x07\x00\x00"

func str(o order, s string) string {
	b := append(o.AppendUint32(nil, uint32(len(s)+1)), s...)
	b = append(b, 0)
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return string(b)
}

func parameter(o order, id uint16, value string) string {
	return string(o.AppendUint16(o.AppendUint16(nil, id), uint16(len(value)))) + value
}

// data is a message with one DATA submessage of a built-in writer.
func data(o order, vendor, writer string, inline bool, parameters ...string) string {
	flags, representation := byte(0x05), "\x00\x03\x00\x00"
	if o == order(binary.BigEndian) {
		flags, representation = 0x04, "\x00\x02\x00\x00"
	}
	body := "\x00\x00" + string(o.AppendUint16(nil, 16)) + "\x00\x00\x00\x00" + writer + "\x00\x00\x00\x00\x00\x00\x00\x01"
	if inline {
		flags |= 2
		body += parameter(o, 0x0070, "0123456789abcdef") + parameter(o, 1, "")
	}
	body += representation
	for _, p := range parameters {
		body += p
	}
	body += parameter(o, 1, "")
	return "RTPS\x02\x03" + vendor + prefix + "\x09" + string([]byte{flags & 1}) + string(o.AppendUint16(nil, 8)) + "01234567" +
		"\x15" + string([]byte{flags}) + string(o.AppendUint16(nil, uint16(len(body)))) + body
}

func talk(name string, port uint16, steps ...dissecttest.Step) dissecttest.Conversation {
	return dissecttest.Conversation{
		Name: name, Transport: heron.UDP, ClientPort: 50123, ServerPort: port,
		Server: dissecttest.End("01:00:5e:7f:00:01", "239.255.0.1"), Steps: steps,
	}
}

func suite() dissecttest.Suite {
	little, big := order(binary.LittleEndian), order(binary.BigEndian)
	properties := string(little.AppendUint32(nil, 3)) + str(little, "dds.sys_info.hostname") + str(little, "robot-1") +
		str(little, "dds.sys_info.username") + str(little, "somebody") + str(little, "dds.sys_info.target") + str(little, "x64Linux")
	return dissecttest.Suite{
		Protocol: rtps.Protocol,
		Conversations: []dissecttest.Conversation{
			talk("participant", 7650, dissecttest.C(data(little, "\x01\x01", "\x00\x01\x00\xc2", false,
				parameter(little, 0x0059, properties), parameter(little, 0x0062, str(little, "Arm")), parameter(little, 0x8000, "\x06\x01\x02\x00")))),
			talk("writer", 7410, dissecttest.C(data(big, "\x01\x10", "\x00\x00\x03\xc2", true,
				parameter(big, 0x0005, str(big, "rt/joint_states")), parameter(big, 0x0007, str(big, "sensor_msgs::msg::dds_::JointState_"))))),
			talk("values", 7411, dissecttest.C(data(little, "\x01\x0f", "\x00\x00\x12\x03", false, "secret"))),
			talk("ping", 7410, dissecttest.C("RTPS\x02\x01\x01\x01NDDSPING")),
			talk("broken", 7410, dissecttest.C("RTPS\x02\x03\x01\x0f"+prefix+"\x15\x05\xff\x7f")),
		},
	}
}

func TestRTPS(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
