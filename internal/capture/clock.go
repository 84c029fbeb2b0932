package capture

import (
	"math/bits"

	"github.com/heron-iot/heron"
)

// maxTime is the end of the year 9999: no time after it can be written.
const maxTime = 253402300799 * int64(heron.Second)

// clock turns the time stamps of one pcapng interface into microseconds.
type clock struct {
	mul, div uint64 // microseconds = ticks * mul / div
	shift    uint   // or ticks * mul >> shift, for resolutions in powers of two
	offset   int64  // if_tsoffset, in seconds
}

// newClock reads an if_tsresol option: a negative power of ten, or of two when
// the highest bit is set (draft-ietf-opsawg-pcapng §4.2).
func newClock(resol int) clock {
	n := resol & 0x7f
	switch {
	case resol >= 0x80:
		return clock{mul: uint64(heron.Second), shift: uint(n)}
	case n <= 6:
		return clock{mul: pow10(6 - n), div: 1}
	default:
		return clock{mul: 1, div: pow10(min(n-6, 19))}
	}
}

func pow10(n int) uint64 {
	v := uint64(1)
	for range n {
		v *= 10
	}
	return v
}

// time returns ok = false for a stamp outside of the years 1970 to 9999.
func (c *clock) time(ticks uint64) (t heron.Time, ok bool) {
	hi, lo := bits.Mul64(ticks, c.mul)
	switch {
	case c.div == 1:
	case c.div > 1:
		lo /= c.div // mul is 1: hi is 0
	case c.shift < 64:
		lo, hi = lo>>c.shift|hi<<(64-c.shift), hi>>c.shift
	default:
		lo, hi = hi>>(c.shift-64), 0
	}
	if hi != 0 || lo > uint64(maxTime) {
		return 0, false
	}
	if c.offset < -maxTime/int64(heron.Second) || c.offset > maxTime/int64(heron.Second) {
		return 0, false
	}
	v := int64(lo) + c.offset*int64(heron.Second)
	if v < 0 || v > maxTime {
		return 0, false
	}
	return heron.Time(v), true
}
