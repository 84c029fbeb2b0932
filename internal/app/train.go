package app

import (
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"path/filepath"
	"slices"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/behavior"
	"github.com/heron-iot/heron/internal/eval"
	"github.com/heron-iot/heron/internal/guess"
)

// TrainOptions say what a model learns from.
type TrainOptions struct {
	Manifest string // of labelled captures, as eval.Load reads
	Folds    int    // into how many parts the captures are cut, to hold each out once
	Made     string // the dataset of the manifest that was made by the lab
	Progress func(done, all int)
}

// Train learns a model from labelled captures and says how it did on those held out.
func Train(ctx context.Context, o TrainOptions) (*guess.Model, *guess.Report, error) {
	examples, err := Examples(ctx, o)
	if err != nil {
		return nil, nil, err
	}
	return guess.Train(examples, o.Folds)
}

// Examples reads the labelled captures of a manifest.
func Examples(ctx context.Context, o TrainOptions) ([]*guess.Example, error) {
	m, err := eval.Load(o.Manifest)
	if err != nil {
		return nil, err
	}
	var examples []*guess.Example
	for i := 0; i < len(m.Captures); {
		n := 1 // rows of one file are read at once
		for i+n < len(m.Captures) && m.Captures[i+n].Path == m.Captures[i].Path {
			n++
		}
		file := filepath.Join(filepath.Dir(o.Manifest), filepath.FromSlash(m.Captures[i].Path))
		shown, err := learnFrom(ctx, file, m.Captures[i:i+n], o.Made)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.Captures[i].Path, err)
		}
		examples = append(examples, shown...)
		if i += n; o.Progress != nil {
			o.Progress(i, len(m.Captures))
		}
	}
	return examples, nil
}

// lesson is a capture being read for the devices in it that are known.
type lesson struct {
	observations map[string][]heron.Observation // by device
	whole        map[string]*heron.Baseline
	flows        []heron.Flow
}

// learnFrom reads a capture and returns what each of its views shows of the
// devices that rows name.
func learnFrom(ctx context.Context, file string, rows []eval.Capture, made string) ([]*guess.Example, error) {
	l := lesson{observations: map[string][]heron.Observation{}, whole: map[string]*heron.Baseline{}}
	r, err := Read(ctx, ReadOptions{
		Files: []string{file}, Workers: 1, NoModel: true,
		Flow: func(f *heron.Flow) error {
			if f.Ended && !guess.Names(f.Protocol) {
				l.flows = append(l.flows, *f)
			}
			return nil
		},
		Observation: func(o *heron.DeviceObservation) error {
			l.observations[o.DeviceID] = append(l.observations[o.DeviceID], o.Observation)
			return nil
		},
		Profile: func(b *heron.Baseline) error {
			c := *b
			l.whole[b.DeviceID] = &c
			return nil
		},
	})
	if err != nil {
		return nil, err
	}
	hidden := l.hidden()
	var out []*guess.Example
	for i := range rows {
		c := &rows[i]
		id := l.device(r.Devices, c)
		if id == "" || c.Type == "" {
			continue
		}
		for v := range guess.Views {
			e := &guess.Example{Dataset: c.Dataset, Product: c.Dataset + " " + c.Label, Type: c.Type, Capture: c.Path, View: v, Made: c.Dataset == made}
			e.Observations, e.Baseline = v.Show(l.observations[id], l.whole[id], hidden[id])
			out = append(out, e)
		}
	}
	return out, nil
}

// hidden is what devices did but for the protocols in clear that name things.
func (l *lesson) hidden() map[string]*heron.Baseline {
	slices.SortStableFunc(l.flows, func(a, b heron.Flow) int { return cmp.Compare(a.Last, b.Last) })
	t := behavior.New("train")
	for i := range l.flows {
		t.Flow(&l.flows[i], 0, 0)
	}
	out := map[string]*heron.Baseline{}
	for b := range t.All() {
		c := *b
		out[b.DeviceID] = &c
	}
	return out
}

// device returns the id of the device that a row means: of several that have its
// address, the one that most is known of.
func (l *lesson) device(devices []heron.Device, c *eval.Capture) string {
	best, id := -1, ""
	for i := range devices {
		d := &devices[i]
		if !slices.Contains(d.MACs, c.MAC) && !slices.ContainsFunc(c.IPs, func(ip netip.Addr) bool { return slices.Contains(d.IPs, ip) }) {
			continue
		}
		if n := len(l.observations[d.ID]); n > best {
			best, id = n, d.ID
		}
	}
	return id
}
