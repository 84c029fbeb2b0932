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
func (d *Dispatcher) Quiet(f *heron.FlowScratch, b []byte, fromClient bool) (quiet bool) {
	side, told := 1, uint8(toldService)
	if fromClient {
		side, told = 0, toldClient
	}
	i := int(f.Protocol) - 1
	if f.Told&told == 0 || f.Skip[side] > 0 || i < 0 || i >= len(d.quiet) || d.quiet[i] == nil {
		return false
	}
	d.glancing = true
	defer func() {
		if d.glancing {
			d.slipped(f, recover())
		}
	}()
	if quiet = d.quiet[i](f, b, fromClient); quiet {
		f.Tries = 0 // as after any message that was understood
	}
	d.glancing = false
	return quiet
}

// slip is a panic at a glance.
type slip struct {
	reason any
	where  string // in the code; "" for none
}

// slipped notes a panic. The message that it was at is given to Message next, as what
// tells something is, and so are those to come.
func (d *Dispatcher) slipped(f *heron.FlowScratch, reason any) {
	d.glancing = false
	if reason != nil {
		f.Quiet = false
		d.current, d.slip = int(f.Protocol)-1, slip{reason, panicked()}
	}
}
