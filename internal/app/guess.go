package app

import (
	"slices"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/guess"
)

// guesser says what speaks for a type where no signature knows one.
type guesser interface {
	Evidence(q *guess.Subject) []heron.Evidence
}

// surmise is what a device probably is by the model: an identity, and why.
type surmise struct {
	identity heron.Identity
	runnerUp heron.RunnerUp
	evidence []heron.Evidence
}

// surmises asks the model about devices of the site whose type no signature
// knows. Detectors do not see its answers: these are for people.
type surmises struct {
	model    guesser // nil where nobody is to guess
	identify identifier
	of       map[string]*surmise // by device
}

func newSurmises(model guesser, id identifier) surmises {
	return surmises{model: model, identify: id, of: map[string]*surmise{}}
}

// isOpen reports whether the model may be asked about a device.
func isOpen(d *heron.Device) bool {
	return d != nil && d.Local && d.MergedInto == "" && d.Identity.Type.Value == heron.Unknown
}

// ask makes up our mind about a device anew and reports whether that changed.
func (s *surmises) ask(d *heron.Device, obs []heron.Observation, b *heron.Baseline) bool {
	was := s.of[d.ID]
	now := s.answer(d, obs, b)
	if now == nil {
		delete(s.of, d.ID)
		return was != nil
	}
	s.of[d.ID] = now
	return was == nil || was.identity.Type != now.identity.Type || !slices.Equal(was.evidence, now.evidence)
}

// answer asks the model, and weighs what it says with what signatures say.
func (s *surmises) answer(d *heron.Device, obs []heron.Observation, b *heron.Baseline) *surmise {
	more := s.model.Evidence(&guess.Subject{Observations: obs, Profile: b, Control: d.IsControl() || slices.Contains(d.Roles, "ot_client")})
	if len(more) == 0 {
		return nil
	}
	for i := range obs { // a router's address says nothing of who is behind it
		if !slices.Contains(d.MACs, obs[i].MAC) {
			obs[i].MAC = heron.MAC{}
		}
	}
	w := s.identify.Weigh(obs, d.Corrections, more)
	if w.Identity.Type.Value == heron.Unknown {
		return nil
	}
	return &surmise{w.Identity, w.RunnerUp, w.Evidence}
}

// tell fills in what a device probably is, if signatures do not know.
func (s *surmises) tell(d *heron.Device) {
	g := s.of[d.ID]
	switch {
	case g == nil:
	case isOpen(d):
		d.Identity, d.RunnerUp, d.Evidence = g.identity, g.runnerUp, g.evidence
	default:
		delete(s.of, d.ID)
	}
}

// isUnknown reports whether neither signatures nor the model know the type.
func (s *surmises) isUnknown(d *heron.Device) bool {
	return d.Identity.Claim("type") == nil && s.of[d.ID] == nil
}

// forget takes what the model said out of a device that was stored with it.
func forget(d *heron.Device) {
	byModel := func(e heron.Evidence) bool { return e.Source == guess.Source }
	if slices.ContainsFunc(d.Evidence, byModel) {
		d.Evidence = slices.DeleteFunc(d.Evidence, byModel)
		d.Identity.Type = heron.Claim{Value: heron.Unknown}
	}
}

// guessAll has the model asked about the devices of a list that nobody knows.
func (a *analyzer) guessAll(devices []heron.Device) {
	for i := range devices {
		d := &devices[i]
		if a.surmises.model != nil && isOpen(d) {
			if b, ok := a.behavior.Of(d.ID); ok {
				a.surmises.ask(d, a.inventory.Observations(d.ID), &b)
			}
		}
		a.surmises.tell(d)
	}
}

// guessAnew has the model asked about the devices whose profiles are reported,
// and tells in all devices of a result what it says.
func (a *analyzer) guessAnew(r *heron.BatchResult) {
	if a.surmises.model == nil {
		return
	}
	listed := make(map[string]bool, len(r.Devices))
	for i := range r.Devices {
		listed[r.Devices[i].ID] = true
	}
	for i := range r.Baselines {
		b := &r.Baselines[i]
		d := a.inventory.Device(b.DeviceID)
		if !isOpen(d) || d.ID != b.DeviceID {
			continue
		}
		if a.surmises.ask(d, a.inventory.Observations(d.ID), b) && !listed[d.ID] {
			r.Devices = append(r.Devices, *d)
		}
	}
	for i := range r.Devices {
		a.surmises.tell(&r.Devices[i])
	}
}
