package audit_test

import (
	"errors"
	"iter"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/audit"
)

func chain(n int) []heron.AuditEntry {
	var log []heron.AuditEntry
	prev := audit.Genesis
	for i := range n {
		e := heron.AuditEntry{
			Seq: int64(i + 1), Time: heron.Time(1_700_000_000_000_000 + i), Actor: "anna", Source: "192.0.2.7",
			Action: "action.quarantine.do", Object: "camera-1",
			Detail:  heron.Attributes{"mac": "02:00:00:00:00:01", "reason": "scan"},
			Outcome: "ok", PrevHash: prev,
		}
		e.Hash = audit.Hash(prev, &e)
		prev = e.Hash
		log = append(log, e)
	}
	return log
}

func each(log []heron.AuditEntry) iter.Seq2[heron.AuditEntry, error] {
	return func(yield func(heron.AuditEntry, error) bool) {
		for _, e := range log {
			if !yield(e, nil) {
				return
			}
		}
	}
}

func TestVerifyAcceptsAnUntouchedLog(t *testing.T) {
	t.Parallel()
	log := chain(5)
	n, last, err := audit.Verify(each(log))
	if n != 5 || last != log[4].Hash || err != nil {
		t.Fatalf("Verify = %d, %q, %v; want 5, the last hash, nil", n, last, err)
	}
	if n, last, err := audit.Verify(each(nil)); n != 0 || last != audit.Genesis || err != nil {
		t.Fatalf("Verify of an empty log = %d, %q, %v", n, last, err)
	}
}

func TestVerifyNamesTheFirstBreak(t *testing.T) {
	t.Parallel()
	edit := func(f func(e *heron.AuditEntry)) func([]heron.AuditEntry) []heron.AuditEntry {
		return func(l []heron.AuditEntry) []heron.AuditEntry { f(&l[2]); return l }
	}
	rehash := func(e *heron.AuditEntry) { e.Hash = audit.Hash(e.PrevHash, e) }
	tests := []struct {
		name string
		edit func([]heron.AuditEntry) []heron.AuditEntry
		want int64
	}{
		{"seq", edit(func(e *heron.AuditEntry) { e.Seq = 9 }), 3},
		{"time", edit(func(e *heron.AuditEntry) { e.Time++ }), 3},
		{"actor", edit(func(e *heron.AuditEntry) { e.Actor = "bert" }), 3},
		{"source", edit(func(e *heron.AuditEntry) { e.Source = "" }), 3},
		{"action", edit(func(e *heron.AuditEntry) { e.Action = "user.login" }), 3},
		{"object", edit(func(e *heron.AuditEntry) { e.Object += "0" }), 3},
		{"detail value", edit(func(e *heron.AuditEntry) { e.Detail["mac"] = "" }), 3},
		{"detail removed", edit(func(e *heron.AuditEntry) { delete(e.Detail, "mac") }), 3},
		{"detail added", edit(func(e *heron.AuditEntry) { e.Detail["x"] = "y" }), 3},
		{"outcome", edit(func(e *heron.AuditEntry) { e.Outcome = "denied" }), 3},
		{"previous hash", edit(func(e *heron.AuditEntry) { e.PrevHash = strings.Repeat("0", 64) }), 3},
		{"hash", edit(func(e *heron.AuditEntry) { e.Hash = strings.Repeat("0", 64) }), 3},
		{"edited and hashed anew", edit(func(e *heron.AuditEntry) { e.Actor = "bert"; rehash(e) }), 4},
		{"first deleted", func(l []heron.AuditEntry) []heron.AuditEntry { return l[1:] }, 1},
		{"middle deleted", func(l []heron.AuditEntry) []heron.AuditEntry { return slices.Delete(l, 2, 3) }, 3},
		{"swapped", func(l []heron.AuditEntry) []heron.AuditEntry { l[1], l[2] = l[2], l[1]; return l }, 2},
		{"swapped and numbered anew", func(l []heron.AuditEntry) []heron.AuditEntry {
			l[1], l[2] = l[2], l[1]
			l[1].Seq, l[2].Seq = 2, 3
			return l
		}, 2},
		{"one inserted", func(l []heron.AuditEntry) []heron.AuditEntry { return slices.Insert(l, 2, l[1]) }, 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			n, _, err := audit.Verify(each(tt.edit(chain(5))))
			b, ok := errors.AsType[*audit.Break](err)
			if !ok || b.Seq != tt.want || n != tt.want-1 {
				t.Fatalf("Verify = %d, %v; want a break at %d", n, err, tt.want)
			}
		})
	}
}

func TestVerifyPassesOnReadErrors(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk on fire")
	n, _, err := audit.Verify(func(yield func(heron.AuditEntry, error) bool) {
		if yield(chain(1)[0], nil) {
			yield(heron.AuditEntry{}, broken)
		}
	})
	if n != 1 || !errors.Is(err, broken) {
		t.Fatalf("Verify = %d, %v; want 1 and the read error", n, err)
	}
}

// The hash is a stored format: this value may never change.
func TestHashIsStable(t *testing.T) {
	t.Parallel()
	first := chain(1)[0]
	const want = "a47b9cc7928ce1aa989627f884f8d7cdffe5aeef80376ab83892c54a9edb6304"
	if first.Hash != want {
		t.Fatalf("Hash = %s, want %s", first.Hash, want)
	}
}

func TestFieldsDoNotRunTogether(t *testing.T) {
	t.Parallel()
	a := heron.AuditEntry{Actor: "a", Source: "bc"}
	b := heron.AuditEntry{Actor: "ab", Source: "c"}
	if audit.Hash("", &a) == audit.Hash("", &b) {
		t.Fatal("different entries have one hash")
	}
	empty, none := heron.AuditEntry{Detail: heron.Attributes{}}, heron.AuditEntry{}
	if audit.Hash("", &empty) != audit.Hash("", &none) {
		t.Fatal("no detail and empty detail differ, but the store cannot tell them apart")
	}
}

// FuzzHash looks for two entries that differ and have one hash.
func FuzzHash(f *testing.F) {
	f.Add("a", "b", "k", "v", "a", "b", "k", "v")
	f.Add("a", "bc", "k", "v", "ab", "c", "k", "v")
	f.Add("", `","`, "k", "v", `","`, "", "k", "v")
	f.Fuzz(func(t *testing.T, a1, o1, k1, v1, a2, o2, k2, v2 string) {
		for _, s := range []string{a1, o1, k1, v1, a2, o2, k2, v2} {
			if !utf8.ValidString(s) {
				t.Skip("the store keeps valid text only")
			}
		}
		x := heron.AuditEntry{Actor: a1, Object: o1, Detail: heron.Attributes{k1: v1}}
		y := heron.AuditEntry{Actor: a2, Object: o2, Detail: heron.Attributes{k2: v2}}
		same := a1 == a2 && o1 == o2 && k1 == k2 && v1 == v2
		if (audit.Hash("p", &x) == audit.Hash("p", &y)) != same {
			t.Fatalf("%+v and %+v: same is %v, but not for their hashes", x, y, same)
		}
	})
}
