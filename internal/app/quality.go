package app

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/calibration"
	"github.com/heron-iot/heron/internal/identify"
)

// TryIdentify implements httpapi.Knowledge.
func (p *Platform) TryIdentify(obs []heron.Observation) *heron.Trial {
	id := p.knowledge.now.Load()
	return &heron.Trial{
		Explanation: heron.Explanation{Identification: id.Identify(obs), Settles: id.Settles(obs, nil)},
		Signatures:  id.Explain(obs),
	}
}

// qualityLife is how long a count of a site's identities serves.
const qualityLife = time.Minute

// quality keeps the last count.
type quality struct {
	mu   sync.Mutex // held while counting, so that only one does
	last *heron.IdentityQuality
}

// IdentityQuality implements httpapi.Knowledge.
func (p *Platform) IdentityQuality(ctx context.Context) (*heron.IdentityQuality, error) {
	p.quality.mu.Lock()
	defer p.quality.mu.Unlock()
	now := wallClock()
	if q := p.quality.last; q != nil && now.Sub(q.Time) < qualityLife {
		return q, nil
	}
	q := newQuality(now)
	var said []corrected
	err := p.core.eachLocal(ctx, func(a *analyzer, d *heron.Device) {
		shown := *d
		a.surmises.tell(&shown)
		countIdentity(q, &shown)
		if len(d.Corrections) > 0 {
			said = append(said, corrected{d.Corrections, ownOnly(d, a.inventory.Observations(d.ID))})
		}
	})
	if err != nil {
		return nil, err
	}
	judged := make([]calibration.Bins, len(q.Fields))
	for _, s := range said {
		own := p.core.identify.Correct(s.observed, nil)
		judge(judged, s.corrections, &own.Identity)
	}
	for i := range q.Fields {
		tellCalibration(&q.Fields[i], &judged[i])
	}
	p.quality.last = q
	return q, nil
}

// corrected is what people said of a device, and what was observed of it.
type corrected struct {
	corrections []heron.Correction
	observed    []heron.Observation
}

func newQuality(now heron.Time) *heron.IdentityQuality {
	q := &heron.IdentityQuality{Time: now, Contests: []heron.Contest{}}
	for _, f := range heron.IdentityFields() {
		q.Fields = append(q.Fields, heron.FieldQuality{Field: f, Tenths: make([]int, calibration.Classes), Judged: make([]heron.JudgedAnswers, calibration.Classes)})
	}
	return q
}

// countIdentity adds one device.
func countIdentity(q *heron.IdentityQuality, d *heron.Device) {
	q.Devices++
	for i := range q.Fields {
		f := &q.Fields[i]
		if c := d.Identity.Claim(f.Field); c != nil {
			f.Known++
			f.Tenths[calibration.Class(c.Confidence)]++
		}
		if r := d.RunnerUp.Claim(f.Field); r != nil && r.Confidence >= heron.ContestedAt {
			f.Contested++
			addContest(q, d, f.Field, r)
		}
		for _, c := range d.Corrections {
			if c.Field == f.Field {
				countRuling(f, c.Ruling)
			}
		}
	}
}

// addContest keeps a contest if it is among the closest so far.
func addContest(q *heron.IdentityQuality, d *heron.Device, field string, or *heron.Claim) {
	c := heron.Contest{Device: d.ID, Title: d.Title(), Field: field, Says: heron.Claim{Value: heron.Unknown}, Or: *or}
	if says := d.Identity.Claim(field); says != nil {
		c.Says = *says
	}
	lead := func(c heron.Contest) float64 { return c.Says.Confidence - c.Or.Confidence }
	at, _ := slices.BinarySearchFunc(q.Contests, lead(c), func(x heron.Contest, want float64) int { return cmp.Compare(lead(x), want) })
	if at == heron.MaxContests {
		return
	}
	q.Contests = slices.Insert(q.Contests, at, c)
	q.Contests = q.Contests[:min(len(q.Contests), heron.MaxContests)]
}

// judge holds what we say of a device ourselves against what people said of it.
func judge(judged []calibration.Bins, said []heron.Correction, own *heron.Identity) {
	for i, field := range heron.IdentityFields() {
		c := own.Claim(field)
		if c == nil {
			continue
		}
		right, decided := identify.Judge(said, field, c.Value)
		if !decided {
			continue
		}
		judged[i].Add(c.Confidence, right)
	}
}

// tellCalibration puts what was judged into a field.
func tellCalibration(f *heron.FieldQuality, judged *calibration.Bins) {
	for i := range judged {
		f.Judged[i] = heron.JudgedAnswers{Answers: judged[i].Answers, Right: judged[i].Right, Confidence: judged[i].Mean()}
	}
	f.CalibrationError = judged.Error()
}

func countRuling(f *heron.FieldQuality, r heron.Ruling) {
	switch r {
	case heron.RulingConfirm:
		f.Confirmed++
	case heron.RulingLock:
		f.Locked++
	case heron.RulingReject:
		f.Rejected++
	}
}
