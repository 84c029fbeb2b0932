package lab

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/proto/s7"
)

// s7Module is what a controller says of itself in its system status list.
type s7Module struct {
	order, name, module string
	version             [3]byte
}

// Parts of the system status list.
const (
	szlModule    = 0x0011
	szlComponent = 0x001c
)

func s7Service(m s7Module) Service {
	return Service{Protocol: "s7comm", Transport: heron.TCP, Port: 102, Answer: m.answer}
}

func (m s7Module) answer(h *Host, q Query) Reply {
	p, used, err := s7.Read(q.Bytes)
	if err != nil {
		return Reply{Used: len(q.Bytes), Close: true, Broken: true}
	}
	if used == 0 {
		return Reply{}
	}
	return Reply{Used: used, Bytes: m.respond(h, &p)}
}

func (m s7Module) respond(h *Host, p *s7.Packet) []byte {
	if p.Kind == s7.ConnectRequest {
		return s7.Connect(s7.ConnectConfirm, p.Source, 1, 0, 1)
	}
	if id, index, ok := p.SZLAsked(); ok {
		return m.szl(h, p.Ref, id, index)
	}
	switch p.Function() {
	case s7.Setup:
		return s7.SetupJob(s7.Ack, p.Ref)
	case s7.ReadVar:
		_, n := p.Asked()
		data := make([]byte, min(int(n), 200))
		for i := range data {
			data[i] = byte(i*3) ^ h.MAC[5]
		}
		return s7.BytesRead(p.Ref, data)
	case s7.WriteVar:
		return s7.Message(s7.Ack, p.Ref, []byte{s7.WriteVar, 1}, []byte{0xff})
	}
	return nil
}

// szl answers with the order numbers, or with the names of the components.
func (m s7Module) szl(h *Host, ref, id, index uint16) []byte {
	switch id {
	case szlModule:
		record := func(n uint16, order string, version ...byte) []byte {
			b := binary.BigEndian.AppendUint16(nil, n)
			b = append(b, fmt.Sprintf("%-20s", order)...)
			b = append(b, 0, 0)
			return append(b, version...)
		}
		return s7.SZL(ref, id, index,
			record(1, m.order, 0, 1, ' ', ' '),
			record(6, m.order, 0, 1, ' ', ' '),
			record(7, m.order, 'V', m.version[0], m.version[1], m.version[2]))
	case szlComponent:
		record := func(n uint16, text string) []byte {
			b := append(binary.BigEndian.AppendUint16(nil, n), text...)
			return append(b, make([]byte, 34-len(b))...)
		}
		return s7.SZL(ref, id, index,
			record(1, m.name), record(2, m.module), record(4, "Original Siemens Equipment"),
			record(5, h.fill("S C-{SHORT}")), record(7, m.module))
	}
	return s7.SZL(ref, id, index)
}

// s7Hello connects to the processor and sets communication up.
func s7Hello() [][]byte {
	return [][]byte{s7.Connect(s7.ConnectRequest, 0, 0x0b, 0, 1), s7.SetupJob(s7.Job, 1)}
}

// pollS7 reads a data block twice a second for a minute.
func pollS7(a *actor) {
	to := a.site.role(a.host, modelS7)
	if to == nil {
		return
	}
	requests := s7Hello()
	for i := range uint16(100) {
		requests = append(requests, s7.ReadBytes(2+i, 1, 64))
	}
	a.askSlowly(to, 102, 500*time.Millisecond, requests...)
}

// readS7Identity is an engineering station that goes online.
func readS7Identity(a *actor) {
	requests := append(s7Hello(), s7.ReadSZL(2, szlModule, 0), s7.ReadSZL(3, szlComponent, 0))
	a.ask(a.site.role(a.host, modelS7), 102, requests...)
}

func readModbusIdentity(a *actor) {
	a.ask(a.site.role(a.host, modelPLC), 502, modbusIdentify(1))
	a.ask(a.site.role(a.host, "schneider-meter"), 502, modbusIdentify(2), modbusRead(3, 1, 3000, 10))
}

// writeSetpoint is the operator, who changes a value now and then.
func writeSetpoint(a *actor) {
	a.ask(a.site.role(a.host, modelPLC), 502, modbusWrite(77, 1, 40, uint16(500+a.rng.IntN(50))))
}
