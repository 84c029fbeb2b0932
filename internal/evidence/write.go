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
		if err := r.keep(b); err != nil {
			r.dropped.Add(b.packets)
			if time.Since(said) > sayAgain {
				said = time.Now()
				r.log.Error("packets are not kept as evidence", "source", r.conf.Source, "dropped", r.dropped.Load(), "error", err)
			}
		} else {
			r.packets.Add(b.packets)
			r.bytes.Add(uint64(len(b.data)))
		}
		if b.written != nil {
			close(b.written)
		}
		r.giveBack(b)
	}
}

// keep writes one buffer.
func (r *Ring) keep(b *buffer) error {
	if len(b.data) > 0 {
		burst := len(r.full) > buffers/2
		if err := r.disk.put(b, r.limit.Load(), burst); err != nil {
			return err
		}
	}
	if b.settle {
		return r.disk.settle()
	}
	return nil
}
