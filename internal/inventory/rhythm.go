package inventory

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"

	"github.com/heron-iot/heron"
)

// rhythm is when somebody was seen, of late: a bit for each of the 64 minutes, tens
// of minutes, hours and half days up to the last sighting, of which bit 0 is the one
// that holds it. It takes 40 bytes however long somebody is known. Adding is a join:
// the order of sightings, and repetition, make no difference.
type rhythm struct {
	last  heron.Time
	marks [len(scales)]uint64
}

// scales are the lengths of what a bit stands for.
var scales = [...]heron.Time{heron.Minute, 10 * heron.Minute, heron.Hour, 12 * heron.Hour}

// Of scales: up to where a gap says how often somebody speaks, and from where on how
// long it may be off.
const (
	speaking = 2
	minSeen  = 6 // in so many slots of a scale it was seen, for it to say anything
)

// add adds a sighting.
func (r *rhythm) add(at heron.Time) { r.join(&rhythm{last: at, marks: [...]uint64{1, 1, 1, 1}}) }

// join adds all that another remembers.
func (r *rhythm) join(o *rhythm) {
	if o.last == 0 {
		return
	}
	newer, older := *r, *o
	if o.last > r.last {
		newer, older = *o, *r
	}
	for i, scale := range scales {
		newer.marks[i] |= older.marks[i] << uint64(newer.last/scale-older.last/scale) // all of it beyond 63
	}
	*r = newer
}

// usual returns the second longest gap between sightings at each scale, with the
// slots that it ends in: what happened twice is normal, what happened once is an
// accident. It is 0 where there is none.
func (r *rhythm) usual(scale int) heron.Time {
	longest, second := 0, 0
	for w := r.marks[scale]; w > 1; {
		w >>= 1 // what is seen is past
		gap := bits.TrailingZeros64(w)
		w >>= uint(gap)
		if gap > longest {
			longest, second = gap, longest
		} else {
			second = max(second, gap)
		}
	}
	if second == 0 {
		return 0
	}
	return heron.Time(second+1) * scales[scale]
}

// known reports whether somebody was seen often enough for its gaps to say something.
func (r *rhythm) known() bool {
	for _, w := range r.marks[1:] {
		if bits.OnesCount64(w) >= minSeen {
			return true
		}
	}
	return false
}

// text writes it, to the second.
func (r *rhythm) text() string {
	if r.last == 0 {
		return ""
	}
	return fmt.Sprintf("%x.%x.%x.%x.%x", int64(r.last/heron.Second), r.marks[0], r.marks[1], r.marks[2], r.marks[3])
}

// parseRhythm reads what text wrote; what it did not write is nothing.
func parseRhythm(s string) (r rhythm) {
	parts := strings.Split(s, ".")
	if len(parts) != 1+len(scales) {
		return rhythm{}
	}
	last, err := strconv.ParseInt(parts[0], 16, 64)
	if err != nil || last < 0 || last > 1<<40 {
		return rhythm{}
	}
	r.last = heron.Time(last) * heron.Second
	for i := range scales {
		if r.marks[i], err = strconv.ParseUint(parts[1+i], 16, 64); err != nil || r.marks[i]&1 == 0 {
			return rhythm{}
		}
	}
	return r
}
