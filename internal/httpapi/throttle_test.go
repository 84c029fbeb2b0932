package httpapi

import (
	"fmt"
	"net/http"
	"net/netip"
	"testing"
	"time"
)

func TestThrottleAccounts(t *testing.T) {
	t.Parallel()
	now := time.Unix(1e9, 0)
	th := newThrottle()
	home := netip.MustParseAddr("192.0.2.1")
	th.take(now, home, "ann")
	th.succeed(now, home, "ann")

	stranger := func(i int) netip.Addr { return netip.AddrFrom4([4]byte{198, 51, byte(i >> 8), byte(i)}) }
	for i := range accountBurst {
		if wait := th.take(now, stranger(i), "ann"); wait != 0 {
			t.Fatalf("try %d waits %v", i, wait)
		}
	}
	if th.take(now, stranger(1000), "ann") == 0 {
		t.Error("a new stranger may go on guessing")
	}
	if wait := th.take(now, home, "ann"); wait != 0 {
		t.Errorf("ann is locked out at home for %v", wait)
	}
	if wait := th.take(now, netip.MustParseAddr("127.0.0.1"), "ann"); wait != 0 {
		t.Errorf("ann is locked out on the machine itself for %v", wait)
	}
	if wait := th.take(now, stranger(1000), "bob"); wait != 0 {
		t.Errorf("bob waits %v for ann's trouble", wait)
	}
	if wait := th.take(now.Add(accountEvery), stranger(1000), "ann"); wait != 0 {
		t.Errorf("after a while: %v", wait)
	}
}

func TestThrottleRefund(t *testing.T) {
	t.Parallel()
	now := time.Unix(1e9, 0)
	th := newThrottle()
	source := netip.MustParseAddr("192.0.2.1")
	for i := range 100 {
		if wait := th.take(now, source, "ann"); wait != 0 {
			t.Fatalf("try %d waits %v", i, wait)
		}
		th.refund(now, source, "ann")
	}
	if len(th.sources.all)+len(th.accounts.all) != 0 {
		t.Error("full buckets are kept")
	}
}

func TestThrottleSources(t *testing.T) {
	t.Parallel()
	now := time.Unix(1e9, 0)
	th := newThrottle()
	// One subscriber has a whole /64; changing the address within it is no way out.
	for i := range sourceBurst {
		if wait := th.take(now, netip.MustParseAddr(fmt.Sprintf("2001:db8::%d", i+1)), fmt.Sprint(i)); wait != 0 {
			t.Fatalf("try %d waits %v", i, wait)
		}
	}
	if th.take(now, netip.MustParseAddr("2001:db8::ffff"), "x") == 0 {
		t.Error("the /64 has more tries than one address")
	}
	if th.take(now, netip.MustParseAddr("2001:db8:0:1::1"), "x") != 0 {
		t.Error("the neighbour waits, too")
	}
}

func TestThrottleMemory(t *testing.T) {
	t.Parallel()
	now := time.Unix(1e9, 0)
	th := newThrottle()
	guilty := netip.MustParseAddr("192.0.2.1")
	for range sourceBurst {
		th.take(now, guilty, "ann")
	}
	for i := range 5 * maxBuckets {
		a := netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)})
		th.take(now, a, fmt.Sprint(i))
		if i%2 == 0 {
			th.succeed(now, a, fmt.Sprint(i))
		}
	}
	if n := len(th.sources.all) + len(th.accounts.all) + len(th.known); n > 3*maxBuckets {
		t.Errorf("%d entries", n)
	}
	if th.take(now, guilty, "ann") == 0 {
		t.Error("a crowd of others made the guilty one forgotten")
	}
}

// TestHasherBounds fills the queue and counts who is sent away.
func TestHasherQueue(t *testing.T) {
	t.Parallel()
	h, err := newHasher()
	if err != nil {
		t.Fatal(err)
	}
	block, busy := make(chan struct{}), make(chan error, hashSlots+hashQueue)
	for range hashSlots + hashQueue {
		go func() { busy <- h.withSlot(t.Context(), func() error { <-block; return nil }) }()
	}
	for h.waiting.Load() < hashSlots+hashQueue {
		time.Sleep(time.Millisecond)
	}
	if _, err := h.verify(t.Context(), "x", ""); err == nil {
		t.Error("one more than fits was let in")
	}
	close(block)
	for range hashSlots + hashQueue {
		if err := <-busy; err != nil {
			t.Error(err)
		}
	}
	if ok, err := h.verify(t.Context(), "x", ""); ok || err != nil {
		t.Errorf("no such user: %v %v", ok, err)
	}
}

func TestSourceOf(t *testing.T) {
	t.Parallel()
	s := &Server{opt: Options{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}}
	for _, tt := range []struct {
		name, remote, forwarded, want string
		local                         bool
	}{
		{"direct", "192.0.2.1:5", "", "192.0.2.1", false},
		{"on_this_machine", "127.0.0.1:5", "", "127.0.0.1", true},
		{"on_this_machine_by_proxy", "127.0.0.1:5", "192.0.2.7", "127.0.0.1", false},
		{"mapped", "[::ffff:192.0.2.1]:5", "", "192.0.2.1", false},
		{"zone", "[fe80::1%eth0]:5", "", "fe80::1", false},
		{"forged_by_a_stranger", "192.0.2.1:5", "127.0.0.1", "192.0.2.1", false},
		{"by_proxy", "10.0.0.1:5", "192.0.2.7", "192.0.2.7", false},
		{"by_two_proxies", "10.0.0.1:5", "192.0.2.7, 10.0.0.2", "192.0.2.7", false},
		{"forged_through_a_proxy", "10.0.0.1:5", "127.0.0.1, 192.0.2.7", "192.0.2.7", false},
		{"nonsense_through_a_proxy", "10.0.0.1:5", "evil", "10.0.0.1", false},
		{"no_address", "@", "", "invalid IP", false},
	} {
		r := testRequest(t, tt.remote, tt.forwarded)
		if got, local := s.sourceOf(r); got.String() != tt.want || local != tt.local {
			t.Errorf("%s: got %v %v", tt.name, got, local)
		}
	}
}

func testRequest(t *testing.T, remote, forwarded string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.RemoteAddr = remote
	if forwarded != "" {
		r.Header.Set("X-Forwarded-For", forwarded)
	}
	return r
}
