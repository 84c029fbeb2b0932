//go:build !linux

package capture

import "github.com/heron-iot/heron"

// OpenLive captures on an interface, on Linux only.
func OpenLive(c LiveConfig) (Source, error) {
	return nil, heron.Errorf(heron.CodeUnsupported,
		"capture on %s: live capture works on Linux only; capture with tcpdump and read the file", c.Interface)
}
