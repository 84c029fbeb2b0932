// Package opcua asks an OPC UA server for its endpoints: Hello, a channel without
// security, GetEndpoints, and the channel is closed again (OPC 10000-4 §5.4.4, OPC
// 10000-6 §7.1). No session is made. It can send nothing else.
//
// The dissector reads the answers: opcua.application_name, opcua.product_uri …
package opcua

import (
	"context"
	"encoding/binary"
	"net"
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
	"github.com/heron-iot/heron/internal/proto/opcua"
	"github.com/heron-iot/heron/internal/wire"
)

const (
	closeRequest = 452 // CloseSecureChannel (OPC 10000-6, annex A)
	noSecurity   = "http://opcfoundation.org/UA/SecurityPolicy#None"
	maxAnswer    = 256 << 10
	maxBytes     = 1 << 10
	null         = "\xff\xff\xff\xff" // a string or an array that is not there
	buffer       = 64 << 10           // what is said to be received at once
	lifetime     = 10_000             // of the channel, in milliseconds
)

// Probe returns the probe.
func Probe() probe.Probe {
	return probe.Probe{
		Name: "opcua", Transport: heron.TCP, Ports: []uint16{4840}, Safety: probe.ReadOnly, Worth: 3,
		MaxWrites: 4, MaxBytes: maxBytes, MaxAnswer: maxAnswer, Control: true, Allow: allow,
		Rehearse: rehearsal(), Spec: "OPC 10000-4 §5.4.4, OPC 10000-6 §7.1", Run: run,
	}
}

// allow passes the four messages of the question.
func allow(out []byte) error {
	chunk, err := opcua.Read(out)
	if err != nil {
		return probe.ErrUnsafe
	}
	switch chunk.Type {
	case "HEL":
		return nil
	case "OPN", "MSG", "CLO":
		if n := service(&chunk); n == opcua.OpenRequest || n == opcua.EndpointsRequest || n == closeRequest {
			return nil
		}
	}
	return probe.ErrUnsafe
}

// service is that of a chunk of a channel.
func service(chunk *opcua.Chunk) int {
	r := wire.NewReader(chunk.Body)
	r.Skip(4) // channel
	if chunk.Type == "OPN" {
		opcua.String(&r) // policy, certificate, thumbprint
		opcua.String(&r)
		opcua.String(&r)
	} else {
		r.Skip(4) // token
	}
	r.Skip(8) // sequence
	return opcua.ReadNode(&r).Number
}

func run(_ context.Context, c *probe.Conn) error {
	t := c.Target()
	url := "opc.tcp://" + net.JoinHostPort(t.Host.String(), strconv.Itoa(int(t.Port)))
	if _, err := c.Write(hello(url)); err != nil {
		return err
	}
	chunk, err := next(c)
	if err != nil || chunk.Type != "ACK" {
		return err
	}
	if _, err := c.Write(open()); err != nil {
		return err
	}
	if chunk, err = next(c); err != nil || chunk.Type != "OPN" {
		return err
	}
	ch, ok := granted(&chunk)
	if !ok {
		return nil // it refuses
	}
	if _, err := c.Write(ch.message("MSG", 2, opcua.EndpointsRequest, opcua.AppendString(nil, url), []byte(null+null))); err != nil {
		return err
	}
	for more := true; more && err == nil; more = chunk.Type == "MSG" && chunk.Final == 'C' {
		chunk, err = next(c)
	}
	if _, closing := c.Write(ch.message("CLO", 3, closeRequest)); err == nil {
		err = closing
	}
	return err
}

// next reads one chunk.
func next(c *probe.Conn) (opcua.Chunk, error) {
	b, err := probe.Listen(c, opcua.Size)
	if err != nil {
		return opcua.Chunk{}, err
	}
	chunk, err := opcua.Read(b)
	if err != nil {
		return opcua.Chunk{}, probe.ErrNotMine
	}
	return chunk, nil
}

func hello(url string) []byte {
	var body []byte
	for _, n := range []uint32{0, buffer, buffer, 0, 0} { // version, buffers, no bound on messages
		body = binary.LittleEndian.AppendUint32(body, n)
	}
	h := opcua.Chunk{Type: "HEL", Final: 'F', Body: opcua.AppendString(body, url)}
	return h.Append(nil)
}

// open asks for a channel without security.
func open() []byte {
	body := binary.LittleEndian.AppendUint32(nil, 0) // no channel yet
	body = append(opcua.AppendString(body, noSecurity), null+null...)
	body = sequence(body, 1)
	body = request(body, opcua.OpenRequest)
	body = append(body, make([]byte, 8)...) // version of the protocol; issue, do not renew
	body = append(body, 1, 0, 0, 0)         // mode: none
	body = append(body, null...)
	body = binary.LittleEndian.AppendUint32(body, lifetime)
	o := opcua.Chunk{Type: "OPN", Final: 'F', Body: body}
	return o.Append(nil)
}

func sequence(b []byte, n uint32) []byte {
	return binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(b, n), n)
}

// request adds a service and the header of a request (OPC 10000-4 §7.33).
func request(b []byte, service int) []byte {
	b = opcua.AppendNode(b, 0, service)
	b = append(b, 0, 0)                   // no session
	b = append(b, make([]byte, 8+4+4)...) // time, handle, no diagnostics
	b = append(b, null...)                // no name for audits
	b = append(b, byte(lifetime&0xff), lifetime>>8, 0, 0)
	return append(b, 0, 0, 0)
}

// channel is what a server granted.
type channel struct{ id, token uint32 }

// granted reads the answer to open.
func granted(chunk *opcua.Chunk) (channel, bool) {
	r := wire.NewReader(chunk.Body)
	r.Skip(4)
	for range 3 {
		opcua.String(&r)
	}
	r.Skip(8)
	if opcua.ReadNode(&r).Number != opcua.OpenAnswer || opcua.ReadResponseHeader(&r) != 0 {
		return channel{}, false
	}
	r.Skip(4) // version
	ch := channel{id: uint32(r.U32LE()), token: uint32(r.U32LE())}
	return ch, r.Err() == nil
}

// message is a chunk in the channel.
func (ch channel) message(kind string, n uint32, service int, parts ...[]byte) []byte {
	body := binary.LittleEndian.AppendUint32(nil, ch.id)
	body = binary.LittleEndian.AppendUint32(body, ch.token)
	body = request(sequence(body, n), service)
	for _, p := range parts {
		body = append(body, p...)
	}
	m := opcua.Chunk{Type: kind, Final: 'F', Body: body}
	return m.Append(nil)
}

// rehearsal is what a server answers up to the question for endpoints.
func rehearsal() [][]byte {
	ack := opcua.Chunk{Type: "ACK", Final: 'F', Body: make([]byte, 20)}
	body := []byte{0, 0, 0, 0}
	body = append(opcua.AppendString(body, noSecurity), null+null...)
	body = opcua.AppendNode(sequence(body, 1), 0, opcua.OpenAnswer)
	body = append(body, make([]byte, 8+4+4+1)...) // time, handle, result, diagnostics
	body = append(body, null...)
	body = append(body, 0, 0, 0)
	body = append(body, make([]byte, 4+4+4+8+4+4)...) // version, channel, token, time, lifetime, nonce
	opn := opcua.Chunk{Type: "OPN", Final: 'F', Body: body}
	return [][]byte{ack.Append(nil), opn.Append(nil)}
}
