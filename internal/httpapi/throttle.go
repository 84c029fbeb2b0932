package httpapi

import (
	"net/netip"
	"sync"
	"time"
)

// Limits of failed logins. A source may fail ten times, then once in six
// seconds. An account may see fifty failures from strangers, then one in ten
// seconds; whoever logged in from a source before is no stranger there, so
// that nobody can lock a user out by guessing.
const (
	sourceBurst  = 10
	sourceEvery  = 6 * time.Second
	accountBurst = 50
	accountEvery = 10 * time.Second
	maxBuckets   = 10_000
)

// throttle slows down guessing. Its memory is bounded.
type throttle struct {
	mu       sync.Mutex
	sources  buckets
	accounts buckets
	known    map[knownLogin]struct{}
}

// knownLogin is an account and a source that it logged in from.
type knownLogin struct {
	account string
	source  string
}

func newThrottle() *throttle {
	return &throttle{
		sources:  buckets{burst: sourceBurst, every: sourceEvery, all: map[string]bucket{}},
		accounts: buckets{burst: accountBurst, every: accountEvery, all: map[string]bucket{}},
		known:    map[knownLogin]struct{}{},
	}
}

// take charges one try and returns 0, or how long to wait before the next.
func (t *throttle) take(now time.Time, source netip.Addr, account string) time.Duration {
	key := sourceKey(source)
	t.mu.Lock()
	defer t.mu.Unlock()
	if wait := t.sources.wait(now, key); wait > 0 {
		return wait
	}
	_, known := t.known[knownLogin{account, key}]
	if !known && !source.IsLoopback() {
		if wait := t.accounts.wait(now, account); wait > 0 {
			return wait
		}
		t.accounts.add(now, account, -1)
	}
	t.sources.add(now, key, -1)
	return 0
}

// refund gives back what take charged: the try failed for a reason of ours.
func (t *throttle) refund(now time.Time, source netip.Addr, account string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.refundLocked(now, source, knownLogin{account, sourceKey(source)})
}

func (t *throttle) refundLocked(now time.Time, source netip.Addr, login knownLogin) {
	t.sources.add(now, login.source, 1)
	if _, known := t.known[login]; !known && !source.IsLoopback() {
		t.accounts.add(now, login.account, 1)
	}
}

// succeed gives back what take charged, and remembers the source.
func (t *throttle) succeed(now time.Time, source netip.Addr, account string) {
	login := knownLogin{account, sourceKey(source)}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.refundLocked(now, source, login)
	if len(t.known) >= maxBuckets {
		for old := range t.known {
			delete(t.known, old)
			break
		}
	}
	t.known[login] = struct{}{}
}

// sourceKey is what counts as one source: an IPv4 address, or the /64 that one
// IPv6 subscriber has for himself.
func sourceKey(a netip.Addr) string {
	if a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.String()
		}
	}
	return a.String()
}

// buckets are token buckets by key: burst tokens, one more each every.
type buckets struct {
	burst float64
	every time.Duration
	all   map[string]bucket
}

type bucket struct {
	tokens float64
	at     time.Time
}

// get returns the bucket of key as it is now; a new one is full.
func (b *buckets) get(now time.Time, key string) bucket {
	k, ok := b.all[key]
	if !ok {
		return bucket{tokens: b.burst, at: now}
	}
	if passed := now.Sub(k.at); passed > 0 {
		k.tokens = min(b.burst, k.tokens+float64(passed)/float64(b.every))
		k.at = now
	}
	return k
}

// wait returns how long until there is a token.
func (b *buckets) wait(now time.Time, key string) time.Duration {
	k := b.get(now, key)
	if k.tokens >= 1 {
		return 0
	}
	return time.Duration((1 - k.tokens) * float64(b.every))
}

// add changes the tokens of key. A full bucket needs no memory.
func (b *buckets) add(now time.Time, key string, n float64) {
	k := b.get(now, key)
	k.tokens = min(b.burst, k.tokens+n)
	if k.tokens >= b.burst {
		delete(b.all, key)
		return
	}
	if _, ok := b.all[key]; !ok && len(b.all) >= maxBuckets {
		b.evict(now)
	}
	b.all[key] = k
}

// evict drops the fullest, so least guilty, of a few buckets; which few, the
// map decides.
func (b *buckets) evict(now time.Time) {
	victim, most, seen := "", -1.0, 0
	for key := range b.all {
		if k := b.get(now, key); k.tokens > most {
			victim, most = key, k.tokens
		}
		if seen++; seen == 16 {
			break
		}
	}
	delete(b.all, victim)
}
