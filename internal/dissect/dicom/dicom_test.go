package dicom_test

import (
	"encoding/binary"
	"errors"
	"strings"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/dissect/dicom"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/wire"
)

func item(tag byte, content string) string {
	return string(binary.BigEndian.AppendUint16([]byte{tag, 0}, uint16(len(content)))) + content
}

func unit(kind byte, content string) string {
	return string(binary.BigEndian.AppendUint32([]byte{kind, 0}, uint32(len(content)))) + content
}

func pad(s string) string { return s + strings.Repeat(" ", 16-len(s)) }

func associate(kind byte, items string) string {
	return unit(kind, "\x00\x01\x00\x00"+pad("ARCHIVE")+pad("CT_SCAN_1")+strings.Repeat("\x00", 32)+item(0x10, "1.2.840.10008.3.1.1.1")+items)
}

// element is one of group 0.
func element(number uint16, value string) string {
	b := binary.LittleEndian.AppendUint16([]byte{0, 0}, number)
	return string(binary.LittleEndian.AppendUint32(b, uint32(len(value)))) + value
}

// command is a command in a data unit, with some data set after it.
func command(elements string) string {
	pdv := "\x01\x03" + elements
	set := "\x01\x02" + "\x10\x00\x10\x00\x08\x00\x00\x00DOE^JANE"
	length := func(s string) string { return string(binary.BigEndian.AppendUint32(nil, uint32(len(s)))) }
	return unit(4, length(pdv)+pdv+length(set)+set)
}

// set is a data set in a data unit, behind the command that it belongs to.
func set(elements string, elementsOfCommand string) string {
	pdv, rest := "\x01\x03"+elementsOfCommand, "\x01\x00"+elements
	length := func(s string) string { return string(binary.BigEndian.AppendUint32(nil, uint32(len(s)))) }
	return unit(4, length(pdv)+pdv) + unit(4, length(rest)+rest)
}

// implicit and explicit are an element of a data set in either form.
func implicit(group, number uint16, value string) string {
	b := binary.LittleEndian.AppendUint16(binary.LittleEndian.AppendUint16(nil, group), number)
	return string(binary.LittleEndian.AppendUint32(b, uint32(len(value)))) + value
}

func explicit(group, number uint16, kind, value string) string {
	b := binary.LittleEndian.AppendUint16(binary.LittleEndian.AppendUint16(nil, group), number)
	b = append(b, kind...)
	if kind == "SQ" {
		return string(append(b, 0, 0, 0xff, 0xff, 0xff, 0xff)) + value
	}
	return string(binary.LittleEndian.AppendUint16(b, uint16(len(value)))) + value
}

func suite() dissecttest.Suite {
	c, s := dissecttest.C[string], dissecttest.S[string]
	const verification, ct = "1.2.840.10008.1.1", "1.2.840.10008.5.1.4.1.1.2"
	offer := item(0x20, "\x01\x00\x00\x00"+item(0x30, verification)+item(0x40, "1.2.840.10008.1.2")) +
		item(0x20, "\x03\x00\x00\x00"+item(0x30, ct)+item(0x40, "1.2.840.10008.1.2"))
	ask := associate(1, offer+item(0x50, item(0x51, "\x00\x00\x40\x00")+item(0x52, "1.3.12.2.1107.5.9.1")+item(0x55, "SYNGO_CT_VB20")))
	accept := associate(2, item(0x21, "\x01\x00\x00\x00"+item(0x40, "1.2.840.10008.1.2"))+item(0x50, item(0x52, "1.2.276.0.7230010.3.0.3.6.7")+item(0x55, "OFFIS_DCMTK_367")))
	talk := func(name string, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.TCP, ServerPort: 104, Steps: steps}
	}
	return dissecttest.Suite{
		Protocol: dicom.Protocol,
		Allocs:   24, // the events
		Conversations: []dissecttest.Conversation{
			talk("store", c(ask), s(accept), c(command(element(2, verification+"\x00")+element(0x100, "\x30\x00"))),
				s(command(element(0x100, "\x30\x80")+element(0x900, "\x00\x00"))),
				c(command(element(2, ct+"\x00")+element(0x100, "\x01\x00"))), s(command(element(2, ct)+element(0x100, "\x01\x80")+element(0x900, "\x00\xa7"))),
				c(unit(5, "\x00\x00\x00\x00")), s(unit(6, "\x00\x00\x00\x00"))),
			talk("images", c(ask), s(accept),
				c(set(implicit(8, 0x60, "CT")+implicit(8, 0x70, "Acme Medical")+implicit(8, 0x80, "GENERAL HOSPITAL")+
					implicit(8, 0x1140, implicit(0xfffe, 0xe000, implicit(8, 0x1090, "NESTED")))+implicit(8, 0x1090, "ZQ CT 64 ")+
					implicit(0x10, 0x10, "DOE^JANE"), element(2, ct)+element(0x100, "\x01\x00"))),
				c(set(explicit(8, 0x60, "CS", "SR")+explicit(8, 0x70, "LO", "Acme Reports")+
					explicit(8, 0x1032, "SQ", implicit(0xfffe, 0xe000, explicit(8, 0x1090, "LO", "NESTED"))+implicit(0xfffe, 0xe0dd, ""))+
					explicit(8, 0x1090, "LO", "ZQ-R")+explicit(0x10, 0x10, "PN", "DOE^JANE"), element(2, ct)+element(0x100, "\x01\x00"))),
				c(set(implicit(8, 0x60, "MR")+implicit(8, 0x70, "ASKED FOR"), element(2, ct)+element(0x100, "\x20\x00")))),
			talk("rejected", c(associate(1, item(0x50, item(0x58, "\x02\x00\x00\x05admin\x00\x06secret")))), s(unit(3, "\x00\x01\x01\x07"))),
		},
	}
}

func TestDICOM(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }

// A flow that was another protocol's, and whose framing was lost, is not taken.
func TestFlowsOfOthersAreLeftAlone(t *testing.T) {
	t.Parallel()
	b := dissecttest.Hex("04 00 00000004 00000000")
	r := wire.NewReader(b)
	m := &heron.Message{Transport: heron.TCP, FromClient: true, Gap: true, Payload: b, Flow: &heron.FlowScratch{Protocol: 1}}
	if _, err := dicom.Protocol().Dissect(&r, m, nil); !errors.Is(err, dissect.ErrNotMine) {
		t.Errorf("got %v, want %v", err, dissect.ErrNotMine)
	}
}
