// Package melsoft recognises the protocol by which Mitsubishi's engineering tools
// speak to controllers, and reads the model that a controller names in answer.
package melsoft

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyModel = "melsoft.model" // of a controller
	keyTool  = "melsoft.tool"  // "yes": the sender speaks as an engineering tool
)

// Messages begin with one octet and a fixed way to the station, then a length.
const (
	request    = 0x57
	response   = 0xd7
	headerSize = 21
	maxBody    = 4096
	// maxMessages is how many of a flow are looked at: it says nothing new after them.
	maxMessages = 64
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	return dissect.Protocol{
		Name:    "melsoft",
		Over:    dissect.OverTCP | dissect.OverUDP,
		Ports:   []uint16{5562, 5560, 5561},
		Spec:    "not published; the frame as observed of GX Works, its route as in SH-080008 §4.3",
		Probe:   func(b []byte, _ bool) bool { n, err := frame(b); return err == nil && n > 0 },
		Starts:  []byte{request, response},
		Frame:   frame,
		Dissect: read,
	}
}

// frame returns the length of a message. The way to the station holds FFFF 03 and
// FE 03 at fixed places.
func frame(b []byte) (int, error) {
	r := wire.NewReader(b)
	first := r.U8()
	r.Skip(9)
	route := [...]int{r.U16(), r.U16LE(), r.U8(), r.U16(), r.U16()}
	length := r.U16LE()
	if r.Err() == nil && (route[0] != 0xffff || route[1] != 3 || route[2] != 0 || route[3] != 0xfe03 || route[4] != 0 ||
		length < 8 || length > maxBody) || len(b) > 0 && first != request && first != response {
		return 0, dissect.ErrNotMine
	}
	if r.Err() != nil {
		return 0, nil
	}
	return headerSize + length, nil
}

func read(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	size := r.Len()
	n, err := frame(r.Peek(size))
	first := r.U8()
	if err != nil || n == 0 || n > size || m.Transport == heron.UDP && n != size || (first == request) != m.FromClient {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	m.Flow.Data[0]++
	v := heron.Verdict{Done: m.Flow.Data[0] >= maxMessages}
	if first == request {
		out.ObserveString(m.Sender(), keyTool, "yes")
		return v, nil
	}
	r.Skip(40)
	model := wire.Unpad(r.Bytes(16))
	if r.Err() == nil && len(model) >= 4 && wire.Printable(model) {
		out.Observe(m.Sender(), keyModel, model)
	}
	return v, nil
}
