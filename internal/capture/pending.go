package capture

import (
	"golang.org/x/net/bpf"

	"github.com/heron-iot/heron"
)

// OpenLive captures on an interface.
func OpenLive(c LiveConfig) (Source, error) {
	return nil, heron.Errorf(heron.CodeUnsupported, "capture on %s: not built yet", c.Interface)
}

// CompileFilter compiles a filter.
func CompileFilter(expr string, link heron.LinkType) ([]bpf.RawInstruction, error) {
	return nil, heron.Errorf(heron.CodeUnsupported, "filter %s: not built yet", expr)
}
