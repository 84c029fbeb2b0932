package app

import (
	"context"
	"sync"
	"time"

	"github.com/heron-iot/heron"
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
	}
	p.quality.last = q
	return q, nil
}

func newQuality(now heron.Time) *heron.IdentityQuality {
	q := &heron.IdentityQuality{Time: now}
	for _, f := range heron.IdentityFields() {
		q.Fields = append(q.Fields, heron.FieldQuality{Field: f, Tenths: make([]int, 10)})
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
			f.Tenths[min(9, max(0, int(c.Confidence*10)))]++
		}
		if r := d.RunnerUp.Claim(f.Field); r != nil && r.Confidence >= heron.ContestedAt {
			f.Contested++
		}
		for _, c := range d.Corrections {
			if c.Field == f.Field {
				countRuling(f, c.Ruling)
			}
		}
	}
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
