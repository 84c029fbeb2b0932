package httpapi

import (
	"context"
	"crypto/rand"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"

	"github.com/heron-iot/heron"
)

// Bounds of password hashing: each takes hashMemory for some tens of
// milliseconds, at most hashSlots at a time, with at most hashQueue waiting.
const (
	hashMemory = 19 * 1024 // KiB; with two passes, OWASP's advice for argon2id
	hashSlots  = 2
	hashQueue  = 32
)

// Bounds of a password's length. The upper one keeps hashing cheap to refuse.
const (
	minPassword = 12
	maxPassword = 1024
)

// hasher hashes passwords with argon2id (RFC 9106), a few at a time: a flood of
// logins waits, or is sent away, and cannot eat the machine's memory.
type hasher struct {
	slots   chan struct{}
	waiting atomic.Int32
	params  argon2id.Params
	// decoy is compared with when there is no such user, so that the answer
	// takes as long.
	decoy string
}

func newHasher() (*hasher, error) {
	h := &hasher{
		slots:  make(chan struct{}, hashSlots),
		params: argon2id.Params{Memory: hashMemory, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32},
	}
	var err error
	h.decoy, err = argon2id.CreateHash(newSecret(), &h.params)
	return h, err
}

// hash returns the argon2id string of a password.
func (h *hasher) hash(ctx context.Context, password string) (encoded string, err error) {
	err = h.withSlot(ctx, func() error {
		encoded, err = argon2id.CreateHash(password, &h.params)
		return err
	})
	return encoded, err
}

// verify reports whether the password fits; "" as encoded never does, and takes as long.
func (h *hasher) verify(ctx context.Context, password, encoded string) (ok bool, err error) {
	known := encoded != ""
	if !known {
		encoded = h.decoy
	}
	err = h.withSlot(ctx, func() error {
		ok, err = argon2id.ComparePasswordAndHash(password, encoded)
		return err
	})
	return ok && known, err
}

// withSlot runs fn when there is room, unless too many wait already.
func (h *hasher) withSlot(ctx context.Context, fn func() error) error {
	if h.waiting.Add(1) > hashQueue+hashSlots {
		h.waiting.Add(-1)
		return &retryError{heron.Errorf(heron.CodeTooMany, "too many logins at once"), "2"}
	}
	defer h.waiting.Add(-1)
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
		return fn()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// checkPassword refuses passwords that are too easy. Length is what counts
// (NIST SP 800-63B §3.1.1.2); rules about signs only annoy.
func checkPassword(name, password string) error {
	switch {
	case utf8.RuneCountInString(password) < minPassword:
		return heron.Errorf(heron.CodeInvalid, "the password is too short: want at least %d characters", minPassword)
	case len(password) > maxPassword:
		return heron.Errorf(heron.CodeInvalid, "the password is too long: want at most %d bytes", maxPassword)
	case name != "" && strings.Contains(strings.ToLower(password), strings.ToLower(name)) && len(name) > 3:
		return heron.Errorf(heron.CodeInvalid, "the password holds the user's name: choose another")
	case strings.Count(password, password[:1]) == len(password):
		return heron.Errorf(heron.CodeInvalid, "the password repeats one character: choose another")
	}
	return nil
}

// randomPassword returns a password of 100 random bits that a person can type.
func randomPassword() string {
	const letters = "abcdefghjkmnpqrstuvwxyz23456789x" // 32, without look-alikes
	var b [20]byte
	// crypto/rand.Read never fails: it ends the program instead.
	_, _ = rand.Read(b[:])
	var out strings.Builder
	for i, c := range b {
		if i > 0 && i%5 == 0 {
			out.WriteByte('-')
		}
		out.WriteByte(letters[c&31])
	}
	return out.String()
}
