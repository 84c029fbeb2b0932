package dissect

import "github.com/heron-iot/heron"

// quiet is what a Protocol calls Quiet.
type quiet func(f *heron.FlowScratch, b []byte, fromClient bool) bool

// quietOf lists the functions of that name by place of their protocols.
func quietOf(list []Protocol) []quiet {
	out := make([]quiet, len(list))
	for i := range list {
		out[i] = list[i].Quiet
	}
	return out
}

// Quiet reports that a message tells nothing: neither of itself, nor that its side
// speaks the protocol. Message need not be asked then.
func (d *Dispatcher) Quiet(f *heron.FlowScratch, b []byte, fromClient bool) bool {
	side, told := 1, uint8(toldService)
	if fromClient {
		side, told = 0, toldClient
	}
	i := int(f.Protocol) - 1
	if f.Told&told == 0 || f.Skip[side] > 0 || i < 0 || i >= len(d.quiet) || d.quiet[i] == nil || !d.quiet[i](f, b, fromClient) {
		return false
	}
	f.Tries = 0 // as after any message that was understood
	return true
}
