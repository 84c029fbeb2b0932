package capture

import (
	"errors"
	"fmt"
	"io"

	"github.com/heron-iot/heron"
)

// FileError is damage in a capture file, or a file that is none. Its text says
// what is wrong, where, what was saved and how to mend it.
type FileError struct {
	Path string
	// Offset is where, in bytes from the start of the file, or of what it
	// decompresses to.
	Offset int64
	// Frames is how many frames before it were read.
	Frames uint64
	err    *heron.Error
}

// Error returns the text for a person.
func (e *FileError) Error() string { return e.err.Message }

// Unwrap returns the *heron.Error with the same text.
func (e *FileError) Unwrap() error { return e.err }

// damage is what a decoder finds wrong; the file it happened in makes it a FileError.
type damage struct {
	offset int64
	what   string
	hint   string
	cause  error
}

func (d *damage) Error() string { return d.what }

// The ways to mend a file.
const (
	hintCut     = "the end is missing: copy the file again, or drop the broken tail with: editcap IN OUT"
	hintCorrupt = "copy the file again from where it was captured; what follows the damage cannot be found"
	hintUnknown = "give pcap or pcapng, as it is or compressed with gzip or zstd; Wireshark's editcap converts others: editcap -F pcap IN OUT"
	hintLink    = "capture on an Ethernet or Wi-Fi interface; heron read --help says which links are read"
)

// cutShort tells that the stream ended inside something, and why.
func (s *stream) cutShort(what string, got, want int) error {
	err := s.broken()
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return &damage{offset: s.offset, what: "the compressed data ends too early", hint: hintCut, cause: err}
	}
	if err != nil {
		return &damage{offset: s.offset, what: fmt.Sprintf("cannot be read on: %v", err), hint: hintCorrupt, cause: err}
	}
	return &damage{offset: s.offset, what: fmt.Sprintf("%s is cut short: %d of %d bytes", what, got, want), hint: hintCut}
}

// corrupt tells that what is at the stream's position cannot be right.
func (s *stream) corrupt(format string, args ...any) error {
	return &damage{offset: s.offset, what: fmt.Sprintf(format, args...), hint: hintCorrupt}
}

func newFileError(path string, frames uint64, d *damage) *FileError {
	e := heron.Errorf(heron.CodeInvalid, "capture %s: byte %d: %s; %d frames before that were read (%s)",
		path, d.offset, d.what, frames, d.hint)
	e.Err = d.cause
	return &FileError{Path: path, Offset: d.offset, Frames: frames, err: e}
}
