package app

import (
	"context"
	"net/netip"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/capture"
	"github.com/heron-iot/heron/internal/eval"
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
	return eval.Fingerprint(ctx, evalReader{id, o.Local}, m, o.Options)
}

// evalReader reads captures for an evaluation as Read does.
type evalReader struct {
	*identify.Identifier
	local []netip.Prefix
}

// Open implements eval.Reader.
func (evalReader) Open(path string) (eval.Source, error) { return capture.Open([]string{path}) }

// Read implements eval.Reader.
func (r evalReader) Read(ctx context.Context, src eval.Source) (*eval.Sight, error) {
	out := &eval.Sight{Observations: map[string][]heron.Observation{}}
	result, err := readSource(ctx, src, r.Identifier, ReadOptions{Local: r.local, Observation: func(o *heron.DeviceObservation) error {
		out.Observations[o.DeviceID] = append(out.Observations[o.DeviceID], o.Observation)
		return nil
	}})
	if err != nil {
		return nil, err
	}
	out.Devices = result.Devices
	return out, nil
}
