package dissect

import (
	"encoding/binary"

	"github.com/heron-iot/heron"
)

// Side is 0 for what the client sends and 1 for what the server sends: the place
// of a side where something is kept for both.
func Side(m *heron.Message) int { return direction(m) }

// Places in heron.FlowScratch.Data that InOrder needs: the first ten octets.
const (
	orderCount  = 0 // datagrams in order
	orderSide   = 1 // of whom they are counted, and one more
	orderID     = 2 // four
	orderSerial = 6 // four
)

// maxStep is the greatest step between serial numbers that is loss and not chance.
const maxStep = 64

// InOrder counts the datagrams of one side of a flow whose stream has one number
// and whose serial numbers go up by little, for what nothing in one datagram proves.
// It reports false for one that does not follow the others; the other side's, and
// those that were seen twice, are not counted.
func InOrder(m *heron.Message, id, serial uint32) (count int, ok bool) {
	data, side := &m.Flow.Data, byte(Side(m)+1)
	if n := data[orderCount]; n > 0 {
		if data[orderSide] != side {
			return int(n), true
		}
		step := int64(serial) - int64(binary.BigEndian.Uint32(data[orderSerial:]))
		switch {
		case binary.BigEndian.Uint32(data[orderID:]) != id || step < 0 || step > maxStep:
			return int(n), false
		case step == 0:
			return int(n), true
		}
	}
	data[orderCount]++
	data[orderSide] = side
	binary.BigEndian.PutUint32(data[orderID:], id)
	binary.BigEndian.PutUint32(data[orderSerial:], serial)
	return int(data[orderCount]), true
}
