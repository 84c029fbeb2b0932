package app

import (
	"cmp"
	"context"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/heron-iot/heron"
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

// qualityLife is how long a count of a site's identities serves: a hundred
// thousand devices take a second or two.
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
	local := true
	q := newQuality(now)
	for d, err := range everyDevice(ctx, p.store, heron.DeviceFilter{Local: &local}) {
		if err != nil {
			return nil, err
		}
		countIdentity(q, &d)
		if len(d.Corrections) == 0 {
			continue
		}
		obs, err := p.observationsOf(ctx, &d)
		if err != nil {
			return nil, err
		}
		own := p.core.identify.Correct(ownOnly(&d, obs), nil)
		judge(q, d.Corrections, &own.Identity)
	}
	for i := range q.Fields {
		q.Fields[i].CalibrationError = calibrate(q.Fields[i].Judged)
	}
	p.quality.last = q
	return q, nil
}

func newQuality(now heron.Time) *heron.IdentityQuality {
	q := &heron.IdentityQuality{Time: now, Contests: []heron.Contest{}}
	for _, f := range heron.IdentityFields() {
		q.Fields = append(q.Fields, heron.FieldQuality{Field: f, Tenths: make([]int, 10), Judged: make([]heron.JudgedAnswers, 10)})
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
			f.Tenths[tenth(c.Confidence)]++
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

// tenth is the tenth of confidence in which a claim lies, from 0 to 9.
func tenth(confidence float64) int { return min(9, max(0, int(confidence*10))) }

// judge holds what we say of a device ourselves against what people said of it.
func judge(q *heron.IdentityQuality, said []heron.Correction, own *heron.Identity) {
	for i := range q.Fields {
		c := own.Claim(q.Fields[i].Field)
		if c == nil {
			continue
		}
		right, decided := identify.Judge(said, q.Fields[i].Field, c.Value)
		if !decided {
			continue
		}
		j := &q.Fields[i].Judged[tenth(c.Confidence)]
		j.Confidence = (j.Confidence*float64(j.Answers) + c.Confidence) / float64(j.Answers+1)
		j.Answers++
		if right {
			j.Right++
		}
	}
}

// calibrate is the expected calibration error: the mean distance of confidence and
// accuracy, each tenth by its answers (Guo and others, On Calibration of Modern Neural
// Networks, 2017).
func calibrate(tenths []heron.JudgedAnswers) float64 {
	all, off := 0, 0.0
	for _, t := range tenths {
		all += t.Answers
		off += math.Abs(t.Confidence*float64(t.Answers) - float64(t.Right))
	}
	return off / float64(max(1, all))
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
