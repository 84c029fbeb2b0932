package evidence

import (
	"errors"
	"os"
)

// alignment is what a write past the system's cache begins and ends at: no disk has
// larger blocks.
const alignment = 4 << 10

// appender appends to a file, past the system's cache where that can be. What is
// kept is rarely read, and to copy it there costs several times what all the rest
// of keeping it does.
type appender struct {
	file   *os.File
	direct *os.File // the same, past the cache; nil where that cannot be
	at     int64    // where stage begins, a multiple of alignment
	stage  []byte   // what is not yet written to whole blocks
	stored int      // bytes of stage that are in the file
}

// create makes a file, which must not be there, that begins with a header.
func create(path string, header []byte) (*appender, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	direct, err := openDirect(path)
	if err != nil {
		direct = nil // not on this file system
	}
	stage := make([]byte, 0, bufferSize+alignment)
	return &appender{file: f, direct: direct, stage: append(stage, header...)}, nil
}

// write appends at most bufferSize bytes. Less than a block of all that was written
// waits for more, or for settle. In a burst the cache takes what the disk cannot.
func (a *appender) write(b []byte, burst bool) error {
	a.stage = append(a.stage, b...)
	whole := len(a.stage) &^ (alignment - 1)
	if whole == 0 {
		return nil
	}
	if err := a.put(a.stage[:whole], burst); err != nil {
		return err
	}
	a.at += int64(whole)
	a.stage, a.stored = a.stage[:copy(a.stage, a.stage[whole:])], 0
	return nil
}

// put writes whole blocks where stage begins.
func (a *appender) put(b []byte, burst bool) error {
	if a.direct != nil && !burst {
		_, err := a.direct.WriteAt(b, a.at)
		if !isUnaligned(err) {
			return err
		}
		err = a.direct.Close()
		if a.direct = nil; err != nil {
			return err
		}
	}
	_, err := a.file.WriteAt(b, a.at)
	return err
}

// settle writes what waits for more, so that whoever opens the file finds it.
func (a *appender) settle() error {
	n, err := a.file.WriteAt(a.stage[a.stored:], a.at+int64(a.stored))
	a.stored += n
	return err
}

// rescue ends the file, of which a write failed, at size or before it, and returns
// how long it is.
func (a *appender) rescue(size int64) (int64, error) {
	a.stage = a.stage[:size-a.at]
	a.stored = min(a.stored, len(a.stage))
	err := a.file.Truncate(a.at + int64(a.stored))
	if err == nil {
		err = a.settle()
	}
	return a.at + int64(a.stored), err
}

// close writes what waits, and closes the file.
func (a *appender) close() error {
	err := a.settle()
	if a.direct != nil {
		err = errors.Join(err, a.direct.Close())
	}
	return errors.Join(err, a.file.Close())
}
