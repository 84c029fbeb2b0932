package capture

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/wire"
)

// decoder reads the frames of one format from a stream. Its error is io.EOF or
// a *damage.
type decoder interface {
	next(p *heron.Packet) error
	// ahead is next for frames that were read from the file already, so that the
	// frames before them stay valid. It returns how many there are, up to where next
	// has more to do than that.
	ahead(ps []heron.Packet) int
}

// stdin is the path that stands for standard input.
const stdin = "-"

// file is one capture file, opened, parked (closed, to be taken up again where
// it was left) or not opened yet.
type file struct {
	path string
	// order is the place in the list of files: of frames with the same time, the
	// earlier file's comes first.
	order int
	// found tells that the file comes out of a directory, where files that are no
	// captures are passed over.
	found bool
	// once tells that the file cannot be opened twice: a pipe or standard input.
	once bool
	from io.Reader // in place of the path, when not nil

	s      stream
	dec    decoder
	packet heron.Packet // the next frame to give
	frames uint64       // how many were given before packet
	close  func()       // nil when not open
}

// errNoCapture says that a file of a directory is no capture, nor called like one.
var errNoCapture = errors.New("not a capture file")

// start opens the file and reads its first frame.
func (f *file) start() error {
	if err := f.open(0); err != nil {
		return err
	}
	dec, err := newDecoder(&f.s)
	if err != nil {
		if f.found && !namedAsCapture(f.path) {
			return errNoCapture
		}
		return f.damaged(err)
	}
	f.dec = dec
	return f.read()
}

// advance gives up the frame in f.packet and reads the next one.
func (f *file) advance() error {
	f.frames++
	return f.read()
}

func (f *file) read() error {
	err := f.dec.next(&f.packet)
	if err == nil || errors.Is(err, io.EOF) {
		return err
	}
	return f.damaged(err)
}

// park closes the file and gives its buffer back. resume undoes it.
func (f *file) park() {
	f.stop()
	f.s.release()
	f.packet.Data = nil
}

// resume opens a parked file again and reads the frame that was next.
func (f *file) resume() error {
	if err := f.open(f.s.mark); err != nil {
		return err
	}
	return f.read()
}

// parked reports whether the file must be resumed before it is read.
func (f *file) parked() bool { return f.close == nil }

// stop closes the file.
func (f *file) stop() {
	if f.close != nil {
		f.close()
		f.close = nil
	}
}

// open makes the stream start offset bytes into what the file decompresses to.
func (f *file) open(offset int64) error {
	in, closeFile, err := f.source()
	if err != nil {
		return f.damaged(unreadable("opened", err))
	}
	f.close = closeFile
	var head [4]byte
	n, err := io.ReadFull(in, head[:])
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return f.damaged(unreadable("read", err))
	}
	r := io.Reader(&prefixed{ahead: head[:n], r: in})
	unpack := decompressor(head[:n])
	switch {
	case unpack != nil:
		z, done, err := unpack(r)
		if err != nil {
			return f.damaged(&damage{what: fmt.Sprintf("cannot be decompressed: %v", err), hint: hintCorrupt, cause: err})
		}
		f.close = func() { done(); closeFile() }
		r = z
	case offset > 0:
		if s, ok := in.(io.Seeker); ok {
			if _, err := s.Seek(offset, io.SeekStart); err != nil {
				return f.damaged(unreadable("read", err))
			}
			f.s.reset(in, offset)
			return nil
		}
	}
	f.s.reset(r, 0)
	if !f.s.skip(offset) {
		return f.damaged(f.s.cutShort("the file", int(f.s.offset), int(offset)))
	}
	return nil
}

// source returns where the bytes come from, and what closes that.
func (f *file) source() (io.Reader, func(), error) {
	switch {
	case f.from != nil:
		return f.from, func() {}, nil
	case f.path == stdin:
		return os.Stdin, func() {}, nil
	}
	in, err := os.Open(f.path)
	if err != nil {
		return nil, nil, err
	}
	return in, func() { _ = in.Close() }, nil // it was read only: nothing to lose
}

func unreadable(verb string, err error) *damage {
	return &damage{what: fmt.Sprintf("cannot be %s: %v", verb, err), hint: "see that it is there and may be read", cause: err}
}

// prefixed gives bytes that were read ahead, then those of r.
type prefixed struct {
	ahead []byte
	r     io.Reader
}

func (p *prefixed) Read(b []byte) (int, error) {
	if len(p.ahead) == 0 {
		return p.r.Read(b)
	}
	n := copy(b, p.ahead)
	p.ahead = p.ahead[n:]
	return n, nil
}

// damaged makes a *FileError out of what a decoder found.
func (f *file) damaged(err error) error {
	if e, ok := errors.AsType[*FileError](err); ok {
		return e
	}
	d, ok := errors.AsType[*damage](err)
	if !ok {
		d = &damage{offset: f.s.offset, what: err.Error(), hint: hintCorrupt, cause: err}
	}
	return newFileError(f.path, f.frames, d)
}

// newDecoder tells the format by the first bytes.
func newDecoder(s *stream) (decoder, error) {
	head := s.peek(8)
	if err := s.broken(); err != nil && len(head) < 8 {
		return nil, s.cutShort("the file", len(head), pcapFileHeader)
	}
	if len(head) == 0 {
		return nil, &damage{what: "the file is empty", hint: hintUnknown}
	}
	r := wire.NewReader(head)
	switch r.U32() {
	case blockSection:
		return &ngReader{s: s}, nil
	case magicMicro:
		return newPcapReader(s, true, false)
	case magicNano:
		return newPcapReader(s, true, true)
	}
	r.Reset(head)
	switch r.U32LE() {
	case magicMicro:
		return newPcapReader(s, false, false)
	case magicNano:
		return newPcapReader(s, false, true)
	}
	return nil, unknownFormat(head)
}
