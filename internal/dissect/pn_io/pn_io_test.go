package pn_io_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/pn_io"
	"github.com/heron-iot/heron/internal/wire"
)

// call is a packet for a device of vendor 0x002a, model 0x0313, little-endian.
func call(kind byte, operation byte, blocks ...[]byte) []byte {
	body := slices.Concat(blocks...)
	b := []byte{4, kind, 0x20, 0, 0x10, 0, 0, 0}
	b = append(b, dissecttest.Hex("0000a0de 976c d111 8271 0001 0313 002a")...)
	b = append(b, dissecttest.Hex("0100a0de 976c d111 8271 00a02442df7d")...)
	b = append(b, make([]byte, 16+4)...)
	b = append(b, 1, 0, 0, 0, 0, 0, 0, 0, operation, 0, 0xff, 0xff, 0xff, 0xff)
	b = binary.LittleEndian.AppendUint16(b, uint16(20+len(body)))
	b = append(b, 0, 0, 0, 0)
	b = append(b, make([]byte, 20)...)
	return append(b, body...)
}

// block is a block; its length counts the version.
func block(kind uint16, body ...[]byte) []byte {
	value := slices.Concat(body...)
	b := binary.BigEndian.AppendUint16(nil, kind)
	b = binary.BigEndian.AppendUint16(b, uint16(2+len(value)))
	return append(append(b, 1, 0), value...)
}

// record is the header of a read or write of a record in slot 0, subslot 1.
func record(kind, index uint16) []byte {
	b := append(make([]byte, 2+16+4), 0, 0, 0, 1, 0, 0)
	b = binary.BigEndian.AppendUint16(b, index)
	return block(kind, b, make([]byte, 28))
}

func suite() dissecttest.Suite {
	name := "press4-plc"
	ar := block(0x0101, []byte{0, 1}, make([]byte, 18), dissecttest.Hex("02000000000c"), make([]byte, 16+4+2+2), []byte{0, byte(len(name))}, []byte(name))
	granted := block(0x8101, []byte{0, 1}, make([]byte, 18), dissecttest.Hex("020000000005 8894"))
	identity := block(0x0020, []byte{0, 0x2a}, fmt.Appendf(nil, "%-20s%-16s", "6ES7 155-6AU01-0BN0", "S C-N1A12345"), dissecttest.Hex("0004 56040201"), make([]byte, 12))
	place := block(0x0021, fmt.Appendf(nil, "%-32s%-22s", "press 4 inputs", "hall 2"))
	c, s := dissecttest.C[[]byte], dissecttest.S[[]byte]
	return dissecttest.Suite{
		Protocol: pn_io.Protocol,
		Allocs:   40, // the events of connections and writes
		Conversations: []dissecttest.Conversation{{
			Name: "connection", Transport: heron.UDP, ServerPort: 34964, Steps: []dissecttest.Step{
				c(call(0, 0, ar, block(0x0102, make([]byte, 40)))), s(call(2, 0, granted)),
				c(call(0, 3, record(0x0008, 0x8071), []byte{0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4})), s(call(2, 3, record(0x8008, 0x8071))),
				c(call(0, 4, block(0x0110, make([]byte, 26)))),
				c(call(0, 5, record(0x0009, 0xaff0))), s(call(2, 5, record(0x8009, 0xaff0), identity)),
				c(call(0, 5, record(0x0009, 0xaff0))), s(call(2, 5, record(0x8009, 0xaff1), place)),
				c(call(1, 0)), c(call(0, 1, block(0x0114, make([]byte, 26)))),
			},
		}},
	}
}

func TestContextManagement(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }

func TestWhatACaptureCutIsKnown(t *testing.T) {
	t.Parallel()
	b := call(0, 3, record(0x0008, 0x8071))[:90]
	r := wire.NewReader(b)
	m := &heron.Message{Transport: heron.UDP, DstPort: 34964, Payload: b, FromClient: true, Flow: &heron.FlowScratch{}}
	if _, err := pn_io.Protocol().Dissect(&r, m, nil); !errors.Is(err, wire.ErrShort) {
		t.Errorf("got %v, want %v", err, wire.ErrShort)
	}
}
