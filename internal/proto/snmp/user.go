package snmp

import (
	"crypto/aes"
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // what RFC 3414 names; the stronger ones are offered beside it
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
)

// User is a user of the user-based security model (RFC 3414). It is never printed.
type User struct {
	Name string
	// Auth is sha1, sha256, sha384, sha512, or "" for none.
	Auth, AuthPassword string
	// Privacy is aes (AES-128, RFC 3826), or "" for none.
	Privacy, PrivacyPassword string
}

// String hides what a user knows.
func (u User) String() string { return "user " + u.Name }

// GoString hides it too.
func (u User) GoString() string { return u.String() }

// authentication is a protocol of authentication: its hash, and how much of a code
// is sent (RFC 3414 §7, RFC 7860 §4).
type authentication struct {
	hash func() hash.Hash
	sent int
}

var authentications = map[string]authentication{
	"sha1": {sha1.New, 12}, "sha256": {sha256.New, 24}, "sha384": {sha512.New384, 32}, "sha512": {sha512.New, 48},
}

// minPassword is the shortest password that the model takes (RFC 3414 §11.2).
const minPassword = 8

// Validate says what is missing of a user.
func (u *User) Validate() error {
	_, known := authentications[u.Auth]
	switch {
	case u.Name == "" || len(u.Name) > 32:
		return errors.New("want a user name of 1 to 32 bytes")
	case u.Auth != "" && !known:
		return fmt.Errorf("auth %q: want sha1, sha256, sha384 or sha512", u.Auth)
	case u.Privacy != "" && u.Privacy != "aes":
		return fmt.Errorf("privacy %q: want aes", u.Privacy)
	case u.Privacy != "" && u.Auth == "":
		return errors.New("privacy needs auth")
	case u.Auth != "" && len(u.AuthPassword) < minPassword, u.Privacy != "" && len(u.PrivacyPassword) < minPassword:
		return fmt.Errorf("want passwords of at least %d characters", minPassword)
	}
	return nil
}

// stretched is how much of a repeated password is hashed (RFC 3414 §A.2).
const stretched = 1 << 20

// localKey makes the key of a password for one engine.
func localKey(h func() hash.Hash, password string, engine []byte) []byte {
	if password == "" {
		return nil
	}
	sum := h()
	for left := stretched; left > 0; left -= len(password) {
		_, _ = sum.Write([]byte(password)[:min(left, len(password))]) // a hash takes all
	}
	key := sum.Sum(nil)
	sum = h()
	for _, b := range [][]byte{key, engine, key} {
		_, _ = sum.Write(b)
	}
	return sum.Sum(nil)
}

// code is the code of a message, as much of it as is sent.
func (a authentication) code(key, message []byte) []byte {
	mac := hmac.New(a.hash, key)
	_, _ = mac.Write(message)
	return mac.Sum(nil)[:a.sent]
}

// aesKey is how many bytes of a key AES-128 uses.
const aesKey = 16

// cfb encrypts or decrypts with AES-128 in the mode CFB128 (RFC 3826 §3.1).
func cfb(key []byte, boots, seconds int, salt, text []byte, decrypt bool) ([]byte, error) {
	if len(salt) != saltSize {
		return nil, ErrNotSNMP
	}
	block, err := aes.NewCipher(key[:aesKey])
	if err != nil {
		return nil, err
	}
	feed := binary.BigEndian.AppendUint32(nil, uint32(boots))
	feed = binary.BigEndian.AppendUint32(feed, uint32(seconds))
	feed = append(feed, salt...)
	out := make([]byte, 0, len(text))
	for len(text) > 0 {
		n := min(len(text), aes.BlockSize)
		mask := make([]byte, aes.BlockSize)
		block.Encrypt(mask, feed)
		for i, b := range text[:n] {
			out = append(out, b^mask[i])
		}
		feed = out[len(out)-n:]
		if decrypt {
			feed = text[:n]
		}
		text = text[n:]
	}
	return out, nil
}
