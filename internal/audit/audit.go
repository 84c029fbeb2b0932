// Package audit makes and checks the hash chain of the audit log: every entry
// carries the SHA-256 of itself and of the entry before it, so that a changed,
// removed, added or moved entry shows.
//
// What the chain cannot show is a log rewritten from some entry to its end by
// someone who may write to the database. Keep the last hash elsewhere (a
// notifier, a ticket, a printout) and compare it with what Verify returns.
package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"slices"

	"github.com/heron-iot/heron"
)

// Genesis is the PrevHash of the first entry.
const Genesis = ""

// canonical is what is hashed: every field but the hash itself, in this order,
// without omissions, so that no two different entries have one text.
type canonical struct {
	Version int         `json:"v"`
	Prev    string      `json:"prev"`
	Seq     int64       `json:"seq"`
	Time    int64       `json:"time_us"`
	Actor   string      `json:"actor"`
	Source  string      `json:"source"`
	Action  string      `json:"action"`
	Object  string      `json:"object"`
	Detail  [][2]string `json:"detail"` // sorted by name
	Outcome string      `json:"outcome"`
}

// Hash returns the hex SHA-256 of e's canonical JSON with prev as its
// predecessor's hash. It ignores e.PrevHash and e.Hash.
func Hash(prev string, e *heron.AuditEntry) string {
	detail := make([][2]string, 0, len(e.Detail))
	for _, k := range slices.Sorted(maps.Keys(e.Detail)) {
		detail = append(detail, [2]string{k, e.Detail[k]})
	}
	text, err := json.Marshal(canonical{
		Version: 1, Prev: prev, Seq: e.Seq, Time: int64(e.Time), Actor: e.Actor, Source: e.Source,
		Action: e.Action, Object: e.Object, Detail: detail, Outcome: e.Outcome,
	})
	if err != nil {
		panic(err) // strings and integers always have a JSON form
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// Break says where a chain stops being true.
type Break struct {
	Seq    int64  // of the first entry that does not fit
	Reason string // what is wrong with it
}

func (b *Break) Error() string {
	return fmt.Sprintf("audit log broken at entry %d: %s", b.Seq, b.Reason)
}

// Verify walks a whole log, oldest entry first. It returns how many entries
// fit and the hash of the last of them; the error is a *Break naming the first
// that does not, or the error that entries gave.
func Verify(entries iter.Seq2[heron.AuditEntry, error]) (n int64, last string, err error) {
	last = Genesis
	for e, err := range entries {
		if err != nil {
			return n, last, fmt.Errorf("read audit entry %d: %w", n+1, err)
		}
		if err := check(&e, n+1, last); err != nil {
			return n, last, err
		}
		n, last = n+1, e.Hash
	}
	return n, last, nil
}

func check(e *heron.AuditEntry, want int64, prev string) error {
	switch {
	case e.Seq != want:
		return &Break{Seq: want, Reason: fmt.Sprintf("missing: the log goes on with entry %d", e.Seq)}
	case e.PrevHash != prev:
		return &Break{Seq: want, Reason: "its predecessor was changed, or it was put here from elsewhere"}
	case e.Hash != Hash(prev, e):
		return &Break{Seq: want, Reason: "it was changed after it was written"}
	}
	return nil
}
