package behavior

import (
	"math"

	"github.com/heron-iot/heron"
)

// cohorts are the devices with an open window, by its start. All windows begin
// with a minute, so that there are two or three cohorts of many devices.
type cohorts struct {
	of    map[heron.Time]*cohort
	last  *cohort    // that was asked for; may be nil
	next  heron.Time // before it no window can be closed
	spare []*cohort
}

type cohort struct {
	start   heron.Time
	devices []uint32
}

// never is later than any time.
const never = heron.Time(math.MaxInt64)

func newCohorts() cohorts { return cohorts{of: map[heron.Time]*cohort{}, next: never} }

// closesAt is when the windows of a cohort may be closed: later flows are late.
func (c *cohort) closesAt() heron.Time { return c.start + window + slack }

// add files a device.
func (c *cohorts) add(start heron.Time, device uint32) {
	if c.last == nil || c.last.start != start {
		c.last = c.find(start)
	}
	c.last.devices = append(c.last.devices, device)
}

func (c *cohorts) find(start heron.Time) *cohort {
	if h := c.of[start]; h != nil {
		return h
	}
	var h *cohort
	if n := len(c.spare); n > 0 {
		h, c.spare = c.spare[n-1], c.spare[:n-1]
	} else {
		h = &cohort{}
	}
	h.start, h.devices = start, h.devices[:0]
	c.of[start] = h
	c.next = min(c.next, h.closesAt())
	return h
}

// end takes out the cohorts whose windows may be closed, in no order, and calls
// each for every device in them.
func (c *cohorts) end(now heron.Time, each func(start heron.Time, device uint32)) {
	if now < c.next {
		return
	}
	c.next, c.last = never, nil
	for start, h := range c.of {
		if now < h.closesAt() {
			c.next = min(c.next, h.closesAt())
			continue
		}
		delete(c.of, start)
		for _, device := range h.devices {
			each(start, device)
		}
		if len(c.spare) < maxSpare {
			c.spare = append(c.spare, h)
		}
	}
}

// maxSpare bounds the room that is kept for cohorts to come.
const maxSpare = 4
