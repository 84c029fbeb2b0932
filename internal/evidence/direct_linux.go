package evidence

import (
	"errors"
	"os"
	"syscall"
)

// openDirect opens a file for writes past the system's cache (open(2), O_DIRECT).
func openDirect(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_WRONLY|syscall.O_DIRECT, 0)
}

// isUnaligned reports whether a file system refused a write past its cache.
func isUnaligned(err error) bool { return errors.Is(err, syscall.EINVAL) }
