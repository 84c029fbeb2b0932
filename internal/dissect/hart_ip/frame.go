package hart_ip

import (
	"bytes"
	"errors"
	"strconv"

	"github.com/heron-iot/heron/internal/wire"
)

// errFrame says that a frame in a message is broken.
var errFrame = errors.New("broken HART frame")

// frame is a frame of the token-passing data link (HCF_SPEC-081 §5). Its data are
// borrowed.
type frame struct {
	answer  bool
	address int // the lowest three octets of a long one: the device's number
	command int
	data    []byte
}

// readFrame reads a frame; false when it does not hold together, or when the sum
// over all its octets (exclusive or) is not zero.
func readFrame(r *wire.Reader) (frame, bool) {
	sum := byte(0)
	for _, c := range r.Peek(r.Len()) {
		sum ^= c
	}
	delimiter := r.U8()
	var f frame
	switch delimiter & 7 {
	case 2: // from a master
	case 1, 6: // a burst, an answer
		f.answer = true
	default:
		return f, false
	}
	if delimiter&0x80 != 0 {
		r.Skip(2)
		f.address = r.U24()
	} else {
		f.address = r.U8() & 0x3f
	}
	r.Skip(delimiter >> 5 & 3)
	f.command = r.U8()
	f.data = r.Bytes(r.U8())
	r.Skip(1)
	ok := r.Err() == nil && r.Len() == 0 && sum == 0
	if command := wire.NewReader(f.data); ok && f.command == 31 { // an extended command
		if f.answer {
			command.Skip(2)
		}
		if n := command.U16(); command.Err() == nil {
			f.command = n
		}
	}
	return f, ok
}

func (f *frame) attributes() map[string]string {
	return map[string]string{"command": strconv.Itoa(f.command), "device": strconv.FormatInt(int64(f.address), 16)}
}

// appendPacked adds text of six bits a character, four in three octets
// (HCF_SPEC-183), without the spaces at its end.
func appendPacked(dst, b []byte) []byte {
	for r := wire.NewReader(b); r.Len() >= 3; {
		bits := r.U24()
		for shift := 18; shift >= 0; shift -= 6 {
			c := byte(bits >> shift & 0x3f)
			if c < 0x20 {
				c += 0x40
			}
			dst = append(dst, c)
		}
	}
	return bytes.Trim(dst, " ?@")
}
