package capture

import (
	"net"
	"strings"

	"golang.org/x/net/bpf"

	"github.com/heron-iot/heron"
)

// Beginnings of sources that are no interface.
const (
	schemeTZSP = "tzsp://"
	schemePcap = "pcap+tcp://"
)

// OpenInput opens what c.Interface names: an interface; tzsp://HOST:PORT, where
// frames in TZSP are listened for; or pcap+tcp://HOST:PORT, a server that gives
// a capture as it grows.
func OpenInput(c LiveConfig) (Source, error) {
	switch {
	case strings.HasPrefix(c.Interface, schemeTZSP):
		return openTZSP(c)
	case strings.HasPrefix(c.Interface, schemePcap):
		return openPcapTCP(c)
	case strings.Contains(c.Interface, "://"):
		return nil, heron.Errorf(heron.CodeInvalid, "source %.100q: want an interface, %sHOST:PORT or %sHOST:PORT", c.Interface, schemeTZSP, schemePcap)
	}
	return OpenLive(c)
}

// SetFilter exchanges the filter of a source of OpenInput, and loses no frame by
// it. It may be called while another goroutine waits in Next.
func SetFilter(s Source, expr string) error {
	f, ok := s.(interface{ SetFilter(expr string) error })
	if !ok {
		return heron.Errorf(heron.CodeUnsupported, "this source takes no filter")
	}
	return f.SetFilter(expr)
}

// hostPort reads the address of a source, which must name a host: who listens
// for strangers says so.
func hostPort(source, scheme, port string) (string, error) {
	address := strings.TrimSuffix(strings.TrimPrefix(source, scheme), "/")
	if _, _, err := net.SplitHostPort(address); err != nil {
		address = net.JoinHostPort(strings.Trim(address, "[]"), port)
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil || host == "" || port == "" {
		return "", heron.Errorf(heron.CodeInvalid, "source %.100q: want %sHOST:PORT, as %s127.0.0.1:37008", source, scheme, scheme)
	}
	return address, nil
}

// userFilter is a filter that runs here and not in the kernel.
type userFilter struct {
	expr string
	vms  map[heron.LinkType]*bpf.VM
}

func newUserFilter(expr string) (*userFilter, error) {
	f := &userFilter{expr: strings.TrimSpace(expr), vms: map[heron.LinkType]*bpf.VM{}}
	if f.expr == "" {
		return f, nil
	}
	_, err := f.machine(heron.LinkEthernet)
	return f, err
}

// machine returns the filter for a link type.
func (f *userFilter) machine(link heron.LinkType) (*bpf.VM, error) {
	if vm := f.vms[link]; vm != nil {
		return vm, nil
	}
	raw, err := CompileFilter(f.expr, link)
	if err != nil {
		return nil, err
	}
	program, ok := bpf.Disassemble(raw)
	if !ok {
		return nil, heron.Errorf(heron.CodeUnsupported, "filter %.100q cannot be used on this source", f.expr)
	}
	vm, err := bpf.NewVM(program)
	if err != nil {
		return nil, heron.Errorf(heron.CodeUnsupported, "filter %.100q cannot be used on this source: %v", f.expr, err)
	}
	f.vms[link] = vm
	return vm, nil
}

// passes reports whether a frame is wanted. One of a link that the filter cannot
// be compiled for is.
func (f *userFilter) passes(p *heron.Packet) bool {
	if f.expr == "" {
		return true
	}
	vm, err := f.machine(p.Link)
	if err != nil {
		return true
	}
	n, err := vm.Run(p.Data)
	return err != nil || n > 0
}
