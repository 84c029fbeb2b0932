package eval

import (
	"context"
	"fmt"
	"net/netip"
	"slices"

	"github.com/heron-iot/heron"
)

// Reader reads captures and says what devices are.
type Reader interface {
	// Open opens a capture file.
	Open(path string) (Source, error)
	// Read reads a source to its end.
	Read(ctx context.Context, src Source) (*Sight, error)
	// Identify says what a device is, as Read does.
	Identify(k *Known) heron.Identification
	// Reads reports whether an observation can make a difference to Identify.
	Reads(key, value string) bool
	// Unlearned returns the reader without what it was taught of the devices of
	// some makers.
	Unlearned(makers []string) (Reader, error)
}

// Sight is what was seen in a source.
type Sight struct {
	Devices      []heron.Device
	Observations map[string][]heron.Observation // by device id
	Profiles     map[string]*heron.Baseline     // by device id
}

// Known is what is known of a device, or what is left of that.
type Known struct {
	Capture      *Capture // where it was seen
	Device       *heron.Device
	Observations []heron.Observation
	Profile      *heron.Baseline // what it did; nil where that is not known
}

// Options say how captures are looked at.
type Options struct {
	// Without names groups of evidence that are taken away: first parts of
	// observation keys, "oui", and the names of GroupSets.
	Without []string
	// RandomMAC gives each labelled device an address that no registry knows.
	RandomMAC bool
	// Merged reads one capture of each label as one network, all devices at once.
	Merged bool
	// UnseenMaker has each device identified without what is known of its maker's.
	UnseenMaker bool
	// HeldOut has each capture judged by a model that learned from the others:
	// HeldOutCapture or HeldOutProduct; "" for the model that is part of the program.
	HeldOut string
	// Progress, when set, hears how many captures were read.
	Progress func(done, all int)
}

// What a model that judges a capture has not seen of the manifest.
const (
	HeldOutCapture = "held-out-capture" // the capture
	HeldOutProduct = "held-out-product" // any capture of the same label
)

// run is one evaluation.
type run struct {
	reader   Reader
	manifest *Manifest
	options  Options
	left     cut // what Options.Without leaves
	// Where the makers are to be unseen: the reader that does not know that one.
	stranger Reader
	maker    string
}

// Fingerprint has the captures of a manifest read and counts how often the type,
// vendor and model of their devices were said rightly. A capture that cannot be
// read is told in the report; the error is for an evaluation that cannot be made.
func Fingerprint(ctx context.Context, r Reader, m *Manifest, o Options) (*Report, error) {
	if err := checkGroups(o.Without); err != nil {
		return nil, err
	}
	e := &run{reader: r, manifest: m, options: o, left: without(o.Without)}
	look := e.each
	if o.Merged {
		look = e.merged
	}
	outcomes, err := look(ctx)
	if err != nil {
		return nil, err
	}
	return report(o, outcomes), nil
}

// file is a capture file, and the devices that are known of it.
type file struct {
	path     string
	captures []*Capture
}

// files lists the files of captures, each once.
func files(captures []*Capture) []file {
	at := map[string]int{}
	var out []file
	for _, c := range captures {
		i, known := at[c.file]
		if !known {
			i = len(out)
			at[c.file] = i
			out = append(out, file{path: c.file})
		}
		out[i].captures = append(out[i].captures, c)
	}
	return out
}

// each looks at every file by itself.
func (e *run) each(ctx context.Context) ([]outcome, error) {
	var all []*Capture
	for i := range e.manifest.Captures {
		all = append(all, &e.manifest.Captures[i])
	}
	list := files(all)
	found := map[*Capture]outcome{}
	for i, f := range list {
		s, w, err := e.look(ctx, f)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		for _, c := range f.captures {
			if err != nil {
				found[c] = e.failed(c, err)
			} else if found[c], err = e.measure(c, s, w, c.IPs); err != nil {
				return nil, err
			}
		}
		e.told(i+1, len(list))
	}
	out := make([]outcome, 0, len(all))
	for _, c := range all {
		out = append(out, found[c])
	}
	return out, nil
}

func (e *run) told(done, all int) {
	if e.options.Progress != nil {
		e.options.Progress(done, all)
	}
}

// look reads one file by itself.
func (e *run) look(ctx context.Context, f file) (*Sight, *witness, error) {
	src, err := e.open(f, nil)
	if err != nil {
		return nil, nil, err
	}
	defer src.Close()
	w := watch(src, e.macs(f))
	s, err := e.reader.Read(ctx, w)
	return s, w, err
}

// moves are addresses that became others.
type moves map[netip.Addr]netip.Addr

// open opens a file, with addresses replaced.
func (e *run) open(f file, moved moves) (Source, error) {
	src, err := e.reader.Open(f.path)
	if err != nil {
		return nil, err
	}
	list := swaps(moved)
	for _, c := range f.captures {
		if mac := e.mac(c); mac != c.MAC {
			list = append(list, hide(c.MAC, mac)...)
		}
	}
	if len(list) == 0 {
		return src, nil
	}
	return &rewriter{Source: src, swaps: list}, nil
}

// mac is the address of the labelled device as its frames show it.
func (e *run) mac(c *Capture) heron.MAC {
	if !e.options.RandomMAC || c.MAC.IsZero() {
		return c.MAC
	}
	return randomMAC(c.MAC)
}

func (e *run) macs(f file) []heron.MAC {
	out := make([]heron.MAC, 0, len(f.captures))
	for _, c := range f.captures {
		out = append(out, e.mac(c))
	}
	return out
}

// merged looks at one capture of each label, all at once.
func (e *run) merged(ctx context.Context) ([]outcome, error) {
	var read []file
	var sights []*Sight
	var out []outcome
	list := files(pick(e.manifest.Captures))
	for i, f := range list {
		s, _, err := e.look(ctx, f)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		e.told(i+1, len(list))
		if err == nil {
			read, sights = append(read, f), append(sights, s)
			continue
		}
		for _, c := range f.captures {
			out = append(out, e.failed(c, err))
		}
	}
	s, w, moved, err := e.join(ctx, read, sights)
	if err != nil {
		return nil, fmt.Errorf("merged captures: %w", err)
	}
	for i, f := range read {
		for _, c := range f.captures {
			o, err := e.measure(c, s, w, moved[i].of(c.IPs))
			if err != nil {
				return nil, err
			}
			out = append(out, o)
		}
	}
	return out, nil
}

// of returns addresses as they are after they were moved.
func (m moves) of(ips []netip.Addr) []netip.Addr {
	out := slices.Clone(ips)
	for i, ip := range out {
		if to, ok := m[ip]; ok {
			out[i] = to
		}
	}
	return out
}

// join reads files as one network; moved are the addresses of each that became others.
func (e *run) join(ctx context.Context, list []file, sights []*Sight) (_ *Sight, _ *witness, moved []moves, err error) {
	plan, site := newPlan(sights), &network{}
	defer site.Close()
	var macs []heron.MAC
	for i, f := range list {
		moved = append(moved, plan.settle(sights[i]))
		src, err := e.open(f, moved[i])
		if err != nil {
			return nil, nil, nil, err
		}
		site.add(src)
		macs = append(macs, e.macs(f)...)
	}
	w := watch(site, macs)
	s, err := e.reader.Read(ctx, w)
	return s, w, moved, err
}
