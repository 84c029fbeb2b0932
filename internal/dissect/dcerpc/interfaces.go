package dcerpc

import (
	"encoding/binary"
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/ntlmssp"
	"github.com/heron-iot/heron/internal/wire"
)

// Names of the interfaces whose answers are read.
const (
	nameMapper   = "epmapper"
	nameResolver = "oxid"
)

// uuid is a number of 16 octets, in the order in which it is written.
type uuid [16]byte

// known is an interface that has a name. Calls of a watched one are reported.
type known struct {
	id      uuid
	name    string
	watched bool
}

// interfaces are the well-known ones ([MS-RPCE] §1.9 and the documents of each).
var interfaces = [...]known{
	{id("e1af8308 5d1f 11c9 91a4 08002b14a0fa"), nameMapper, false},
	{id("99fcfec4 5260 101b bbcb 00aa0021347a"), nameResolver, false},
	{id("000001a0 0000 0000 c000 000000000046"), "isystemactivator", true},
	{id("4d9f4ab8 7d1c 11cf 861e 0020af6e7c57"), "iactivation", true},
	{id("00000131 0000 0000 c000 000000000046"), "iremunknown", false},
	{id("00000143 0000 0000 c000 000000000046"), "iremunknown2", false},
	{id("367abb81 9844 35f1 ad32 98f038001003"), "svcctl", true},
	{id("1ff70682 0a51 30e8 076d 740be8cee98b"), "atsvc", true},
	{id("86d35949 83c9 4044 b424 db363231fd0c"), "itaskschedulerservice", true},
	{id("338cd001 2244 31f1 aaaa 900038001003"), "winreg", true},
	{id("e3514235 4b06 11d1 ab04 00c04fc2dcd2"), "drsuapi", true},
	{id("12345778 1234 abcd ef00 0123456789ac"), "samr", true},
	{id("12345778 1234 abcd ef00 0123456789ab"), "lsarpc", false},
	{id("12345678 1234 abcd ef00 01234567cffb"), "netlogon", false},
	{id("4b324fc8 1670 01d3 1278 5a47bf6ee188"), "srvsvc", false},
	{id("6bffd098 a112 3610 9833 46c3f87e345a"), "wkssvc", false},
	{id("12345678 1234 abcd ef00 0123456789ab"), "spoolss", true},
	{id("82273fdc e32a 18c3 3f78 827929dc23ea"), "eventlog", false},
	{id("f309ad18 d86a 11d0 a075 00c04fb68820"), "iwbemlevel1login", true},
	{id("9556dc99 828c 11cf a37e 00aa003240c7"), "iwbemservices", true},
	{id("c681d488 d850 11d0 8c52 00c04fd90f7e"), "efsrpc", true},
	{id("39c13a4d 011e 11d0 9675 0020afd8adb3"), "iopcserver", false},
	{id("39c13a50 011e 11d0 9675 0020afd8adb3"), "iopcgroupstatemgt", false},
	{id("39c13a52 011e 11d0 9675 0020afd8adb3"), "iopcsyncio", true},
	{id("13486d50 4821 11d2 a494 3cb306c10000"), "iopcserverlist", false},
}

// id reads a number as it is written, with spaces. It is for constants.
func id(s string) uuid {
	var u uuid
	n := 0
	for i := range len(s) {
		c := s[i]
		if c == ' ' {
			continue
		}
		v := c - '0'
		if c >= 'a' {
			v = c - 'a' + 10
		}
		u[n/2] = u[n/2]<<4 | v
		n++
	}
	return u
}

// interfaceOf reads a syntax: a number in the sender's order, and a version. It
// returns the place of a known one plus one, or 0.
func (d *dissector) interfaceOf(syntax []byte, order wire.Order) (id uuid, place int) {
	copy(id[:], syntax)
	if order == wire.LittleEndian {
		id[0], id[1], id[2], id[3] = id[3], id[2], id[1], id[0]
		id[4], id[5], id[6], id[7] = id[5], id[4], id[7], id[6]
	}
	for i := range interfaces {
		if interfaces[i].id == id {
			return id, i + 1
		}
	}
	return id, 0
}

// name is the name of a known interface, or its number.
func (d *dissector) name(id uuid, place int) []byte {
	if place > 0 {
		d.text = append(d.text[:0], interfaces[place-1].name...)
		return d.text
	}
	return d.text.GUID(id[:])
}

// isPROFINET reports whether an interface is of PROFINET IO: the device, the
// controller, the supervisor or the parameter server.
func isPROFINET(id uuid) bool {
	first := binary.BigEndian.Uint32(id[:])
	return first > 0xdea00000 && first <= 0xdea00004 && binary.BigEndian.Uint64(id[8:]) == 0x827100a02442df7d
}

// Limits on what is read of answers.
const (
	maxTowers   = 32
	maxBindings = 16
	maxText     = 256
)

// towers tells at which ports interfaces are (C706 appendix I and L). Of each
// answer the towers themselves are looked for: floors of a known shape, whatever
// stands between them.
func (d *dissector) towers(b []byte, m *heron.Message, out dissect.Emitter) {
	const floorID, floorTCP, floorUDP = 0x0d, 0x07, 0x08
	r := wire.NewReader(b)
	for range maxTowers {
		var place int
		for r.Len() > 0 { // the first floor: 19 octets, the mark, a number, a version
			if mark := r.Peek(3); len(mark) == 3 && mark[0] == 19 && mark[1] == 0 && mark[2] == floorID {
				break
			}
			r.Skip(1)
		}
		r.Skip(3)
		number := r.Bytes(16)
		r.Skip(2)         // version
		r.Skip(r.U16LE()) // its minor part
		for range 4 {     // transfer syntax, connection, port, address
			left := r.Bytes(r.U16LE())
			right := r.Sub(r.U16LE())
			if r.Err() != nil {
				return
			}
			if len(left) == 1 && (left[0] == floorTCP || left[0] == floorUDP) && right.Len() == 2 {
				var id uuid
				id, place = d.interfaceOf(number, wire.LittleEndian)
				d.endpoint(d.name(id, place), left[0] == floorTCP, right.U16(), m, out)
			}
		}
	}
}

func (d *dissector) endpoint(name []byte, tcp bool, port int, m *heron.Message, out dissect.Emitter) {
	name = append(name, " udp/"...)
	if tcp {
		copy(name[len(name)-4:], "tcp")
	}
	d.text = strconv.AppendInt(name, int64(port), 10)
	out.Observe(m.Sender(), keyEndpoint, d.text)
}

// bindings tells a machine's names and addresses from the answer to ServerAlive2
// ([MS-DCOM] §2.2.19): a version, a pointer, then strings in UTF-16 that each
// begin with the number of a transport.
func (d *dissector) bindings(r *wire.Reader, m *heron.Message, out dissect.Emitter) {
	const tcp = 7
	r.Skip(4 + 4 + 4) // version, pointer, count
	size, security := r.U16LE(), r.U16LE()
	list := r.Sub(min(2*min(size, security), r.Len()))
	for range maxBindings {
		transport := list.U16LE()
		start, n := list, 0
		for list.Len() >= 2 && list.U16LE() != 0 {
			n += 2
		}
		if list.Err() != nil || transport == 0 {
			return
		}
		if transport == tcp {
			d.text = ntlmssp.AppendUTF16(d.text[:0], start.Bytes(min(n, maxText)))
			out.Observe(m.Sender(), keyBinding, d.text)
			if !dissect.IsAddress(d.text) {
				out.Observe(heron.Subject{Endpoint: m.Src}, heron.KeyHostname, d.text)
			}
		}
	}
}
