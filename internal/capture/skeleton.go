package capture

import (
	"github.com/heron-iot/heron"
	"golang.org/x/net/bpf"
)

// FileError is damage in a capture file.
type FileError struct {
	Path   string
	Offset int64
	err    *heron.Error
}

func (e *FileError) Error() string { return e.err.Message }

// Unwrap returns the *heron.Error that a user is shown.
func (e *FileError) Unwrap() error { return e.err }

// Open opens capture files.
func Open(paths []string) (Source, error) {
	return nil, heron.Errorf(heron.CodeUnsupported, "capture: not built yet")
}

// OpenLive captures on an interface.
func OpenLive(c LiveConfig) (Source, error) {
	return nil, heron.Errorf(heron.CodeUnsupported, "capture: not built yet")
}

// CompileFilter compiles a filter.
func CompileFilter(expr string, link heron.LinkType) ([]bpf.RawInstruction, error) {
	return nil, heron.Errorf(heron.CodeUnsupported, "capture: not built yet")
}
