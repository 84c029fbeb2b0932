package app

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/behavior"
	"github.com/heron-iot/heron/internal/capture"
	"github.com/heron-iot/heron/internal/eval"
	"github.com/heron-iot/heron/internal/guess"
	"github.com/heron-iot/heron/internal/identify"
)

// TrainOptions say what a model learns from.
type TrainOptions struct {
	Manifests []string // of labelled captures, as eval.Load reads
	// Known are captures, and folders of them, of which nobody told what is in
	// them: the devices that signatures are sure of are learned from.
	Known    []string
	Folds    int    // into how many parts the captures are cut, to hold each out once
	Made     string // the dataset of the manifests that was made by the lab
	Progress func(done, all int)
	// Missed, when set, takes what a labelled capture did not give, and why.
	Missed func(capture, why string)
}

// Train learns a model from labelled captures and says how it did on those held out.
func Train(ctx context.Context, o TrainOptions) (*guess.Model, *guess.Report, error) {
	examples, err := Examples(ctx, o)
	if err != nil {
		return nil, nil, err
	}
	return guess.Train(examples, o.Folds)
}

// material is a capture file with what is known of its devices.
type material struct {
	file, name string
	rows       []eval.Capture // none: signatures say what its devices are
}

// Examples reads the captures that are to be learned from. What is found in the
// same file twice is read once.
func Examples(ctx context.Context, o TrainOptions) ([]*guess.Example, error) {
	list, err := o.materials()
	if err != nil {
		return nil, err
	}
	seen := map[[sha256.Size]byte]bool{}
	var examples []*guess.Example
	for i := range list {
		s := &list[i]
		digest, err := digestOf(s.file)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.name, err)
		}
		if !seen[digest] {
			seen[digest] = true
			shown, err := o.learnFrom(ctx, s)
			if err != nil && s.rows != nil {
				return nil, fmt.Errorf("%s: %w", s.name, err)
			}
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			examples = append(examples, shown...) // of what nobody vouched for, what can be read
		}
		if o.Progress != nil {
			o.Progress(i+1, len(list))
		}
	}
	return examples, nil
}

func (o *TrainOptions) missed(s *material, why string) {
	if o.Missed != nil {
		o.Missed(s.file, why)
	}
}

func digestOf(file string) (sum [sha256.Size]byte, err error) {
	f, err := os.Open(file)
	if err != nil {
		return sum, err
	}
	defer f.Close()
	h := sha256.New()
	_, err = io.Copy(h, f)
	return [sha256.Size]byte(h.Sum(nil)), err
}

// materials lists what to read: names are the same wherever the folders are.
func (o *TrainOptions) materials() (out []material, err error) {
	for n, path := range o.Manifests {
		m, err := eval.Load(path)
		if err != nil {
			return nil, err
		}
		if err := checkRows(path, m.Captures); err != nil {
			return nil, err
		}
		at := map[string]int{}
		for _, c := range m.Captures {
			i, known := at[c.Path]
			if !known {
				i = len(out)
				at[c.Path] = i
				out = append(out, material{file: filepath.Join(filepath.Dir(path), filepath.FromSlash(c.Path)), name: captureName(n, c.Path)})
			}
			out[i].rows = append(out[i].rows, c)
		}
	}
	for n, path := range o.Known {
		err := filepath.WalkDir(path, func(file string, e fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) {
				return heron.Errorf(heron.CodeNotFound, "%s: there is no such file", file)
			}
			if err != nil || e.IsDir() || !slices.Contains(captureFiles, filepath.Ext(file)) {
				return err
			}
			name, err := filepath.Rel(path, file)
			out = append(out, material{file: file, name: fmt.Sprintf("known %d/%s", n, filepath.ToSlash(name))})
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// checkRows reports what nobody could learn from, before minutes go into reading the
// rest: types that there are not, and files.
func checkRows(manifest string, rows []eval.Capture) error {
	var faults []string
	for i := range rows {
		c := &rows[i]
		if _, known := heron.TypeOf(c.Type); c.Type != "" && !known {
			faults = append(faults, fmt.Sprintf("row %d: %s", i+1, heron.ErrorMessage(heron.NoType(c.Type))))
		}
		file := filepath.Join(filepath.Dir(manifest), filepath.FromSlash(c.Path))
		if at, err := os.Stat(file); err != nil || at.IsDir() {
			faults = append(faults, fmt.Sprintf("row %d: there is no file %s", i+1, file))
		}
	}
	if len(faults) == 0 {
		return nil
	}
	more := ""
	if n := len(faults) - maxRowsTold; n > 0 {
		more = fmt.Sprintf("\nand %d more", n)
	}
	return heron.Errorf(heron.CodeInvalid, "manifest %s:\n%s%s", manifest, strings.Join(faults[:min(len(faults), maxRowsTold)], "\n"), more)
}

// maxRowsTold bounds how many faulty rows of a manifest are told.
const maxRowsTold = 10

// captureName names a capture of one of several manifests.
func captureName(manifest int, path string) string { return fmt.Sprintf("%d/%s", manifest, path) }

// productOf names what is of one product: what has one label.
func productOf(c *eval.Capture) string { return c.Dataset + " " + c.Label }

// captureFiles are how names of capture files end.
var captureFiles = []string{".cap", ".pcap", ".pcapng"}

// lesson is a part of a capture being read for the devices in it that are known.
type lesson struct {
	observations map[string][]heron.Observation // by device
	whole        map[string]*heron.Baseline
	flows        []heron.Flow
	devices      []heron.Device
	damage       []string                   // what could not be read
	hidden       map[string]*heron.Baseline // what they did but for the protocols in clear that name things
}

// day is how much of a capture is one example: a device is as it is on each day.
const day = heron.Time(24 * time.Hour)

// learnFrom reads a capture day by day, and returns what each of its views shows
// of the devices that are known.
func (o *TrainOptions) learnFrom(ctx context.Context, s *material) ([]*guess.Example, error) {
	src, err := capture.Open([]string{s.file})
	if err != nil {
		return nil, err
	}
	defer src.Close()
	id, err := identify.New()
	if err != nil {
		return nil, err
	}
	days := part{packetSource: src}
	var out []*guess.Example
	met := make([]bool, len(s.rows))
	for n := 0; !days.over; n++ {
		days.begin()
		l, err := listen(ctx, &days, id)
		if err != nil {
			return nil, err
		}
		if s.rows == nil {
			out = append(out, l.sure(s.name, n)...)
			continue
		}
		out = append(out, o.labelled(l, s, n, met)...)
		for _, d := range l.damage {
			o.missed(s, d)
		}
	}
	for i := range s.rows {
		if !met[i] {
			o.missed(s, fmt.Sprintf("the device of %s is not in it", s.rows[i].Label))
		}
	}
	return out, nil
}

// labelled makes examples of the devices that rows of a manifest mean, on one day, and
// notes which rows have met theirs.
func (o *TrainOptions) labelled(l *lesson, s *material, day int, met []bool) (out []*guess.Example) {
	for i := range s.rows {
		c := &s.rows[i]
		id := l.device(c)
		met[i] = met[i] || id != ""
		if id != "" && c.Type != "" {
			e := guess.Example{Dataset: c.Dataset, Product: productOf(c), Maker: c.Vendor, Type: c.Type, Capture: s.name, Day: day, Made: c.Dataset == o.Made}
			out = append(out, l.show(id, e)...)
		}
	}
	return out
}

// listen reads packets to their end.
func listen(ctx context.Context, src packetSource, id identifier) (*lesson, error) {
	l := lesson{observations: map[string][]heron.Observation{}, whole: map[string]*heron.Baseline{}, hidden: map[string]*heron.Baseline{}}
	r, err := readSource(ctx, src, id, ReadOptions{
		Workers: 1, NoModel: true,
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
	l.devices, l.damage = r.Devices, r.Damage
	l.hide()
	return &l, nil
}

// part is a source that ends after a day and goes on with the next.
type part struct {
	packetSource
	until heron.Time   // when the day ends; 0 before its first packet
	next  heron.Packet // the first of the next day, while held
	held  bool
	over  bool
}

func (p *part) begin() { p.until = 0 }

// Next implements packetSource.
func (p *part) Next(packet *heron.Packet) error {
	if p.held {
		*packet, p.held = p.next, false
	} else if err := p.packetSource.Next(packet); err != nil {
		p.over = p.over || errors.Is(err, io.EOF)
		return err
	}
	if p.until == 0 {
		p.until = packet.Time + day
	}
	if packet.Time < p.until {
		return nil
	}
	p.next, p.held = *packet, true
	p.next.Data = slices.Clone(packet.Data)
	return io.EOF
}

// Close leaves the source open for the next day.
func (*part) Close() error { return nil }

// show makes an example of each view of a device.
func (l *lesson) show(id string, like guess.Example) (out []*guess.Example) {
	control := slices.ContainsFunc(l.devices, func(d heron.Device) bool { return d.ID == id && d.IsControl() })
	for v := range guess.Views {
		e := like
		e.View, e.Control = v, control
		e.Observations, e.Baseline = v.Show(l.observations[id], l.whole[id], l.hidden[id])
		out = append(out, &e)
	}
	return out
}

// surely is how sure signatures must be of a type that is learned from.
const surely = 0.88

// sure makes examples of the devices that signatures know. Those of one vendor
// and model are one product; where the model is not known, each is one.
func (l *lesson) sure(capture string, day int) (out []*guess.Example) {
	for i := range l.devices {
		d := &l.devices[i]
		if !d.Local || d.Identity.Type.Value == heron.Unknown || d.Identity.Type.Confidence < surely || len(l.observations[d.ID]) == 0 {
			continue
		}
		product := []string{"known", d.Identity.Type.Value}
		if v, m := d.Identity.Vendor, d.Identity.Model; v != nil && m != nil {
			product = append(product, v.Value, m.Value)
		} else {
			product = append(product, capture, d.ID)
		}
		maker := ""
		if v := d.Identity.Vendor; v != nil {
			maker = v.Value
		}
		out = append(out, l.show(d.ID, guess.Example{
			Dataset: "known", Product: strings.Join(product, " "), Maker: maker, Type: d.Identity.Type.Value,
			Capture: capture, Day: day, Unlabelled: true,
		})...)
	}
	return out
}

// hide works out what devices did but for the protocols in clear that name things.
func (l *lesson) hide() {
	slices.SortStableFunc(l.flows, func(a, b heron.Flow) int { return cmp.Compare(a.Last, b.Last) })
	t := behavior.New("train")
	for i := range l.flows {
		t.Flow(&l.flows[i], 0, 0)
	}
	for b := range t.All() {
		c := *b
		l.hidden[b.DeviceID] = &c
	}
}

// device returns the id of the device that a row means: of several that have its
// address, the one that most is known of.
func (l *lesson) device(c *eval.Capture) string {
	best, id := -1, ""
	for i := range l.devices {
		d := &l.devices[i]
		if !slices.Contains(d.MACs, c.MAC) && !slices.ContainsFunc(c.IPs, func(ip netip.Addr) bool { return slices.Contains(d.IPs, ip) }) {
			continue
		}
		if n := len(l.observations[d.ID]); n > best {
			best, id = n, d.ID
		}
	}
	return id
}
