package app

import (
	"context"
	"net/netip"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/capture"
	"github.com/heron-iot/heron/internal/eval"
	"github.com/heron-iot/heron/internal/guess"
	"github.com/heron-iot/heron/internal/identify"
)

// EvalOptions say what is evaluated, and how captures are read.
type EvalOptions struct {
	eval.Options
	Manifest string         // its path
	Local    []netip.Prefix // networks of ours beside the private ranges
}

// EvalFingerprint says how well devices are recognised in labelled captures.
func EvalFingerprint(ctx context.Context, o EvalOptions) (*eval.Report, error) {
	m, err := eval.Load(o.Manifest)
	if err != nil {
		return nil, err
	}
	id, err := identify.New()
	if err != nil {
		return nil, err
	}
	model, err := o.models(ctx, id)
	if err != nil {
		return nil, err
	}
	return eval.Fingerprint(ctx, evalReader{id, model, o.Local}, m, o.Options)
}

// models returns which model is asked about the device of a capture.
func (o *EvalOptions) models(ctx context.Context, id identifier) (func(*eval.Capture) *surmises, error) {
	if o.HeldOut == "" {
		model, err := guess.Embedded()
		s := newSurmises(model, id)
		return func(*eval.Capture) *surmises { return &s }, err
	}
	learned := TrainOptions{Manifests: []string{o.Manifest}}
	examples, err := Examples(ctx, learned)
	if err != nil {
		return nil, err
	}
	models, fold, err := guess.HoldOut(examples, o.HeldOut == eval.HeldOutProduct)
	if err != nil {
		return nil, err
	}
	of := make([]surmises, len(models))
	for i := range models {
		of[i] = newSurmises(models[i], id)
	}
	return func(c *eval.Capture) *surmises {
		return &of[fold(productOf(c), captureName(0, c.Path))]
	}, nil
}

// evalReader reads captures for an evaluation as Read does.
type evalReader struct {
	id    *identify.Identifier
	model func(*eval.Capture) *surmises // nil for none
	local []netip.Prefix
}

// Reads implements eval.Reader.
func (r evalReader) Reads(key, value string) bool { return r.id.Reads(key, value) }

// Identify implements eval.Reader.
func (r evalReader) Identify(k *eval.Known) heron.Identification {
	out := r.id.Identify(k.Observations)
	d := *k.Device
	d.Identity, d.Corrections = out.Identity, nil
	if r.model == nil || k.Profile == nil || !isOpen(&d) {
		return out
	}
	if g := r.model(k.Capture).answer(&d, k.Observations, k.Profile); g != nil {
		out.Identity, out.RunnerUp, out.Evidence = g.identity, g.runnerUp, g.evidence
	}
	return out
}

// Unlearned implements eval.Reader. The model goes as well: it may have learned
// from devices of those makers.
func (r evalReader) Unlearned(makers []string) (eval.Reader, error) {
	id, err := identify.Unlearned(makers)
	if err != nil {
		return nil, err
	}
	return evalReader{id: id, local: r.local}, nil
}

// Open implements eval.Reader.
func (evalReader) Open(path string) (eval.Source, error) { return capture.Open([]string{path}) }

// Read implements eval.Reader.
func (r evalReader) Read(ctx context.Context, src eval.Source) (*eval.Sight, error) {
	out := &eval.Sight{Observations: map[string][]heron.Observation{}, Profiles: map[string]*heron.Baseline{}}
	result, err := readSource(ctx, src, r.id, ReadOptions{Local: r.local, Observation: func(o *heron.DeviceObservation) error {
		out.Observations[o.DeviceID] = append(out.Observations[o.DeviceID], o.Observation)
		return nil
	}, Profile: func(b *heron.Baseline) error {
		c := *b
		out.Profiles[b.DeviceID] = &c
		return nil
	}})
	if err != nil {
		return nil, err
	}
	out.Devices = result.Devices
	return out, nil
}
