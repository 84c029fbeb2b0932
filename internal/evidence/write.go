package evidence

import (
	"time"
)

// sayAgain is how long a fault of the disk is not told again.
const sayAgain = time.Minute

// write takes buffers to the disk until the ring is closed. A fault of the disk
// costs the packets of that buffer and no more.
func (r *Ring) write() {
	defer close(r.done)
	var said time.Time
	for b := range r.full {
		if len(b.data) > 0 {
			if err := r.disk.put(b, r.limit.Load()); err != nil {
				r.dropped.Add(b.packets)
				if time.Since(said) > sayAgain {
					said = time.Now()
					r.log.Error("packets are not kept as evidence", "source", r.conf.Source, "dropped", r.dropped.Load(), "error", err)
				}
			} else {
				r.packets.Add(b.packets)
				r.bytes.Add(uint64(len(b.data)))
			}
		}
		if b.written != nil {
			close(b.written)
		}
		r.giveBack(b)
	}
}
