package lab

import (
	"encoding/binary"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/wire"
)

// Modbus functions (MODBUS Application Protocol V1.1b3 §6).
const (
	modbusReadCoils     = 1
	modbusReadInputs    = 2
	modbusReadHolding   = 3
	modbusReadRegisters = 4
	modbusWriteCoil     = 5
	modbusWriteRegister = 6
	modbusServerID      = 17
	modbusEncapsulated  = 43
	modbusDeviceID      = 14
)

// Modbus exceptions (§7).
const (
	modbusIllegalFunction = 1
	modbusIllegalAddress  = 2
	modbusIllegalValue    = 3
)

// modbusServer is what a device says of itself: its identification objects
// (§6.21) and how many registers it has. Registers hold slowly moving values.
type modbusServer struct {
	objects   []string // VendorName, ProductCode, MajorMinorRevision, VendorUrl, ProductName, ModelName
	registers int
	// id is what it answers to Report Server ID (§6.13); "" refuses that.
	id string
}

// modbusADU is one request or response over TCP (MODBUS Messaging on TCP/IP §3.1.3).
func modbusADU(id uint16, unit byte, pdu ...byte) []byte {
	b := binary.BigEndian.AppendUint16(nil, id)
	b = append(b, 0, 0)
	b = binary.BigEndian.AppendUint16(b, uint16(1+len(pdu)))
	return append(append(b, unit), pdu...)
}

// modbusRead asks for n holding registers from address on.
func modbusRead(id uint16, unit byte, address, n uint16) []byte {
	pdu := binary.BigEndian.AppendUint16([]byte{modbusReadHolding}, address)
	return modbusADU(id, unit, binary.BigEndian.AppendUint16(pdu, n)...)
}

// modbusWrite sets one register.
func modbusWrite(id uint16, unit byte, address, value uint16) []byte {
	pdu := binary.BigEndian.AppendUint16([]byte{modbusWriteRegister}, address)
	return modbusADU(id, unit, binary.BigEndian.AppendUint16(pdu, value)...)
}

// modbusIdentify asks for the identification objects.
func modbusIdentify(id uint16) []byte {
	return modbusADU(id, 0xff, modbusEncapsulated, modbusDeviceID, 1, 0)
}

func modbusService(s modbusServer) Service {
	return Service{Protocol: "modbus", Transport: heron.TCP, Port: 502, Answer: s.answer}
}

func (s modbusServer) answer(h *Host, q Query) Reply {
	r := wire.NewReader(q.Bytes)
	id, protocol, n := r.U16(), r.U16(), r.U16()
	if r.Err() != nil {
		return Reply{}
	}
	if protocol != 0 || n < 2 || n > 254 {
		return Reply{Used: len(q.Bytes), Close: true, Broken: true}
	}
	body := r.Sub(n)
	if r.Err() != nil {
		return Reply{}
	}
	unit := byte(body.U8())
	function := byte(body.U8())
	return Reply{Used: r.Offset(), Bytes: modbusADU(uint16(id), unit, s.respond(h, function, &body)...)}
}

// respond is the PDU that answers a request.
func (s modbusServer) respond(h *Host, function byte, r *wire.Reader) []byte {
	fail := func(code byte) []byte { return []byte{function | 0x80, code} }
	switch function {
	case modbusReadCoils, modbusReadInputs, modbusReadHolding, modbusReadRegisters:
		address, n := r.U16(), r.U16()
		switch {
		case r.Err() != nil || n == 0 || n > 125:
			return fail(modbusIllegalValue)
		case address+n > s.registers:
			return fail(modbusIllegalAddress)
		}
		return s.values(h, function, address, n)
	case modbusWriteCoil, modbusWriteRegister:
		echo := r.Bytes(4)
		if r.Err() != nil {
			return fail(modbusIllegalValue)
		}
		return append([]byte{function}, echo...)
	case modbusServerID:
		if s.id != "" {
			return append([]byte{function, byte(len(s.id) + 2), 1, 0xff}, s.id...)
		}
	case modbusEncapsulated:
		if kind := r.U8(); kind == modbusDeviceID && len(s.objects) > 0 {
			return s.identification(h)
		}
	}
	return fail(modbusIllegalFunction)
}

// values are registers, or coils packed in bytes.
func (s modbusServer) values(h *Host, function byte, address, n int) []byte {
	if function == modbusReadCoils || function == modbusReadInputs {
		size := (n + 7) / 8
		b := []byte{function, byte(size)}
		for i := range size {
			b = append(b, byte(0x55^(address+i)))
		}
		return b
	}
	b := []byte{function, byte(2 * n)}
	for i := range n {
		b = binary.BigEndian.AppendUint16(b, uint16(1000+(address+i)*7+int(h.MAC[5])))
	}
	return b
}

// identification is a basic or regular device identification (§6.21).
func (s modbusServer) identification(h *Host) []byte {
	b := []byte{modbusEncapsulated, modbusDeviceID, 1, 0x82, 0, 0, byte(len(s.objects))}
	for i, text := range s.objects {
		text = h.fill(text)
		b = append(b, byte(i), byte(len(text)))
		b = append(b, text...)
	}
	return b
}

// pollModbus reads registers once a second for a minute over one connection
// that stays, and now and then asks who is there.
func pollModbus(model string, unit byte, address, n uint16) func(*actor) {
	return func(a *actor) {
		var requests [][]byte
		if a.rng.IntN(4) == 0 {
			requests = append(requests, modbusIdentify(1))
		}
		for i := range uint16(60) {
			requests = append(requests, modbusRead(i, unit, address, n))
		}
		to := a.site.role(a.host, model)
		if to == nil {
			return
		}
		a.talk(conversation{
			from: a.host, to: addrPort(to, 502), requests: requests, gap: time.Second, stay: true,
		})
	}
}
