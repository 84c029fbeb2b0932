package app

import (
	"cmp"
	"context"
	"errors"
	"net/netip"
	"runtime"
	"slices"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/capture"
	dissectall "github.com/heron-iot/heron/internal/dissect/all"
	"github.com/heron-iot/heron/internal/guess"
)

// ReadSchema names the form of ReadResult in JSON.
const ReadSchema = "heron.read/v1"

// ReadOptions says what to read and how.
type ReadOptions struct {
	Files      []string       // capture files, folders, "-" for standard input
	Local      []netip.Prefix // networks of ours beside the private ranges
	Signatures string         // folder of the user's signatures; "" for none
	// Workers is how many share the flows; 0 leaves it to the machine. It makes
	// no difference to the result.
	Workers int
	// NoModel leaves the devices unknown that signatures do not know.
	NoModel bool
	// Model is a file that heron train wrote; "" for the model that Heron brings.
	Model string
	// Flow and Event, when set, take each report on a flow and each event in
	// traffic order, the ends of a flow named; what they are given is borrowed.
	// An error ends the reading. They are called from one other goroutine.
	Flow  func(*heron.Flow) error
	Event func(*heron.Event) error
	// Observation, when set, takes at the end all that is known of each device.
	Observation func(*heron.DeviceObservation) error
	// Profile, when set, takes at the end what each device did, by device id.
	Profile func(*heron.Baseline) error
	// Explain asks for ReadResult.Explanations.
	Explain bool
	// Progress, when set, is called about every second of wall-clock time.
	Progress func(heron.Stats)
}

// ReadResult is what capture files told: the document of `heron read --json`.
type ReadResult struct {
	Schema    string                `json:"schema"`
	Stats     heron.Stats           `json:"stats"`
	Devices   []heron.Device        `json:"devices"`
	Alerts    []heron.Alert         `json:"alerts"`
	Protocols []heron.ProtocolCount `json:"protocols"`
	// Damage lists what could not be read, with file and offset.
	Damage []string `json:"damage,omitempty"`
	// Explanations of the devices of our networks, by id, where ReadOptions asks
	// for them.
	Explanations map[string]*heron.Explanation `json:"-"`
}

// Read analyses capture files from first to last packet. It needs no server
// and no privileges. Damaged files are read as far as they go: what is wrong
// is in Damage. The error is for input that gave nothing at all.
func Read(ctx context.Context, o ReadOptions) (*ReadResult, error) {
	src, err := capture.Open(o.Files)
	if err != nil {
		return nil, err
	}
	defer src.Close()
	id, err := loadSignatures(o.Signatures)
	if err != nil {
		return nil, err
	}
	return readSource(ctx, src, id, o)
}

// readSource is Read for packets from anywhere.
func readSource(ctx context.Context, src packetSource, id identifier, o ReadOptions) (*ReadResult, error) {
	if o.Workers == 0 {
		o.Workers = runtime.GOMAXPROCS(0) - 1 // one core is for the analysis
	}
	model, err := modelFor(&o)
	if err != nil {
		return nil, err
	}
	r := &reader{
		started: time.Now(), options: &o, identify: id,
		analyzer: newAnalyzer(analyzerConfig{site: "read", identify: id, guess: model, local: o.Local, quiet: true}),
		counts:   map[string]*heron.ProtocolCount{}, alerts: map[string]heron.Alert{},
	}
	// Packets are taken apart on one core while the other thinks about them.
	stop, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	r.fail = cancel
	batches := newHandover()
	done := make(chan struct{})
	go func() {
		defer close(done)
		batches.each(r.takeAll)
	}()
	p := newPipeline(pipelineConfig{
		site: "read", sensor: "read", local: o.Local, table: readTable, workers: o.Workers, room: batches.room,
		emit: func(*heron.Batch) error {
			if batches.offer() {
				return context.Cause(stop)
			}
			return nil
		},
	})
	var damage []string
	err = p.run(src, func(err error) { damage = append(damage, heron.ErrorMessage(err)) })
	batches.end()
	<-done
	if err := cmp.Or(err, context.Cause(stop)); err != nil {
		return nil, err
	}
	return r.result(damage)
}

// modelFor returns the model that is to be asked, nil for none.
func modelFor(o *ReadOptions) (guesser, error) {
	if o.NoModel {
		return nil, nil
	}
	return guess.Load(o.Model)
}

// readTable bounds the flow table of a file reader: files may hold more flows
// at once than a link does.
const readTable = 1 << 19

// within tells which protocols ride on others that are protocols of their own.
func within() map[string][]string {
	out := map[string][]string{}
	for _, p := range dissectall.Protocols() {
		if p.Within != nil {
			out[p.Name] = p.Within
		}
	}
	return out
}

// reader gathers the results of batches.
type reader struct {
	analyzer *analyzer
	identify identifier
	counts   map[string]*heron.ProtocolCount
	alerts   map[string]heron.Alert
	stats    heron.Stats
	started  time.Time
	told     time.Time
	speeches speeches
	options  *ReadOptions
	fail     func(error) // ends the reading
	failed   bool
}

func (r *reader) takeAll(s *sheaf) {
	for i := range s.batches {
		if r.failed {
			return
		}
		r.take(&s.batches[i])
	}
}

func (r *reader) take(b *heron.Batch) {
	for _, a := range r.analyzer.apply(b).Alerts {
		r.alerts[a.ID] = a
	}
	for i := range b.Flows {
		if f := &b.Flows[i]; f.Ended {
			r.speeches.add(f)
		}
	}
	for _, c := range b.Layers {
		r.count(c)
	}
	if err := r.hand(b); err != nil {
		r.failed = true
		r.fail(err)
	}
	r.stats = b.Stats
	if r.options.Progress != nil && time.Since(r.told) > time.Second {
		r.told = time.Now()
		r.options.Progress(r.stats)
	}
}

// hand gives flows and events to who asked for them.
func (r *reader) hand(b *heron.Batch) error {
	if r.options.Flow != nil {
		for i := range b.Flows {
			if err := r.options.Flow(&b.Flows[i]); err != nil {
				return err
			}
		}
	}
	if r.options.Event != nil {
		for i := range b.Events {
			if err := r.options.Event(&b.Events[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *reader) count(p heron.ProtocolCount) {
	c := r.counts[p.Name]
	if c == nil {
		c = &heron.ProtocolCount{Name: p.Name}
		r.counts[p.Name] = c
	}
	c.Flows += p.Flows
	c.Packets += p.Packets
	c.Bytes += p.Bytes
}

// countFlows counts the flows that ended for all that they spoke.
func (r *reader) countFlows() {
	within := within()
	for what, c := range r.speeches.of {
		for _, name := range what.names(within) {
			r.count(heron.ProtocolCount{Name: name, Flows: c.Flows, Packets: c.Packets, Bytes: c.Bytes})
		}
	}
}

// result puts everything in an order that depends on the input alone.
func (r *reader) result(damage []string) (*ReadResult, error) {
	out := &ReadResult{
		Schema: ReadSchema, Stats: r.stats, Damage: damage,
		Devices: make([]heron.Device, 0, r.analyzer.inventory.Len()), Alerts: []heron.Alert{}, Protocols: []heron.ProtocolCount{},
	}
	out.Stats.ElapsedSeconds = time.Since(r.started).Seconds()
	for d := range r.analyzer.inventory.All() {
		out.Devices = append(out.Devices, *d)
	}
	r.analyzer.guessAll(out.Devices)
	slices.SortFunc(out.Devices, func(a, b heron.Device) int {
		return cmp.Or(cmpBool(b.Local, a.Local), cmp.Compare(a.First, b.First), cmp.Compare(a.ID, b.ID))
	})
	for _, a := range r.alerts {
		out.Alerts = append(out.Alerts, a)
	}
	slices.SortFunc(out.Alerts, func(a, b heron.Alert) int {
		return cmp.Or(cmp.Compare(a.DetectedAt, b.DetectedAt), cmp.Compare(a.ID, b.ID))
	})
	r.countFlows()
	for _, c := range r.counts {
		out.Protocols = append(out.Protocols, *c)
	}
	slices.SortFunc(out.Protocols, func(a, b heron.ProtocolCount) int {
		return cmp.Or(cmp.Compare(b.Packets, a.Packets), cmp.Compare(a.Name, b.Name))
	})
	if r.options.Explain {
		out.Explanations = r.explain(out.Devices)
	}
	return out, errors.Join(r.tell(out.Devices), r.profile())
}

// explain explains the devices of our networks, by id.
func (r *reader) explain(devices []heron.Device) map[string]*heron.Explanation {
	out := make(map[string]*heron.Explanation)
	for i := range devices {
		if d := &devices[i]; d.Local {
			out[d.ID] = explain(r.identify, d, r.analyzer.inventory.Observations(d.ID))
		}
	}
	return out
}

// tell gives what is known of the devices to who asked for it.
func (r *reader) tell(devices []heron.Device) error {
	if r.options.Observation == nil {
		return nil
	}
	for i := range devices {
		for _, o := range r.analyzer.inventory.Observations(devices[i].ID) {
			if err := r.options.Observation(&heron.DeviceObservation{DeviceID: devices[i].ID, Observation: o}); err != nil {
				return err
			}
		}
	}
	return nil
}

// profile gives what the devices did to who asked for it.
func (r *reader) profile() error {
	if r.options.Profile == nil {
		return nil
	}
	for b := range r.analyzer.behavior.All() {
		if err := r.options.Profile(b); err != nil {
			return err
		}
	}
	return nil
}

func cmpBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}
