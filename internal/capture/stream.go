package capture

import (
	"errors"
	"io"
)

// chunk is how much is read from a file at a time: large enough that system
// calls cost little, small enough to stay in the processor's cache beside all else.
const chunk = 64 << 10

// maxBlock bounds what peek may be asked for: the longest frame with headers
// and options around it.
const maxBlock = MaxFrame + 64<<10

// buffers are the read buffers of closed files, for the next ones.
type buffers struct{ free [][]byte }

func (p *buffers) get() []byte {
	n := len(p.free)
	if n == 0 {
		return make([]byte, chunk)
	}
	b := p.free[n-1]
	p.free = p.free[:n-1]
	return b
}

func (p *buffers) put(b []byte) {
	if len(b) == chunk && len(p.free) < maxOpen {
		p.free = append(p.free, b)
	}
}

// stream reads ahead into one buffer and lends slices of it.
type stream struct {
	r    io.Reader
	pool *buffers
	buf  []byte
	// buf[start:end] is read and not yet taken.
	start, end int
	// offset is the position of buf[start] in the stream.
	offset int64
	// mark is the position of the record that gave the last frame: where to take
	// up again after the stream was parked.
	mark int64
	err  error // sticky: why there is no more
}

// reset makes s read r, of which offset bytes are gone already.
func (s *stream) reset(r io.Reader, offset int64) {
	if s.buf == nil {
		s.buf = s.pool.get()
	}
	s.r, s.start, s.end, s.offset, s.err = r, 0, 0, offset, nil
}

// release gives the buffer back.
func (s *stream) release() {
	s.pool.put(s.buf)
	s.r, s.buf, s.start, s.end = nil, nil, 0, 0
}

// peek returns the next n bytes, valid until the next call of a method. Fewer
// mean that the stream ends before, for the reason in s.err.
func (s *stream) peek(n int) []byte {
	if s.end-s.start < n {
		s.fill(min(n, maxBlock))
	}
	return s.buf[s.start:min(s.start+n, s.end)]
}

// window returns what is read and not yet taken, valid as that of peek is.
func (s *stream) window() []byte { return s.buf[s.start:s.end] }

// taken passes over all of the window but the rest, whose last record began at
// mark bytes of it.
func (s *stream) taken(mark int, rest []byte) {
	s.mark = s.offset + int64(mark)
	s.take(s.end - s.start - len(rest))
}

// take passes over the n bytes that peek returned.
func (s *stream) take(n int) {
	s.start += n
	s.offset += int64(n)
}

// fill reads until n bytes are there, or no more come.
func (s *stream) fill(n int) {
	if n > len(s.buf) {
		grown := make([]byte, max(maxBlock, n))
		s.end = copy(grown, s.buf[s.start:s.end])
		s.buf, s.start = grown, 0
	} else if s.start > 0 {
		s.end = copy(s.buf, s.buf[s.start:s.end])
		s.start = 0
	}
	for idle := 0; s.end < n && s.err == nil; {
		m, err := s.r.Read(s.buf[s.end:])
		s.end += m
		s.err = err
		if m == 0 {
			idle++
		}
		if idle > 100 && s.err == nil {
			s.err = io.ErrNoProgress
		}
	}
}

// skip passes over n bytes, however many.
func (s *stream) skip(n int64) bool {
	for n > 0 {
		step := len(s.peek(int(min(n, chunk))))
		if step == 0 {
			return false
		}
		s.take(step)
		n -= int64(step)
	}
	return true
}

// broken returns why the stream ended, nil for its ordinary end.
func (s *stream) broken() error {
	if s.err == nil || errors.Is(s.err, io.EOF) {
		return nil
	}
	return s.err
}
