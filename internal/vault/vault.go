// Package vault seals secrets (credentials, tokens, webhook keys) before they
// are stored, with XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03) under a key
// that lives in a file of its own. Whoever has the database but not that file
// has no secrets, and a sealed text that was changed does not open.
//
// Sealed text is "hv1.<key id>.<base64url of nonce and ciphertext>". The key
// file holds one "heron-key-v1 <key id> <base64url key>" a line: the last seals,
// all open, so that Rotate needs nothing sealed again at once.
package vault

import (
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"strings"
	"sync"

	"golang.org/x/crypto/chacha20poly1305"

	"github.com/heron-iot/heron"
)

const sealedPrefix = "hv1"

// maxPlain bounds what is sealed: secrets are short.
const maxPlain = 1 << 20

var encoding = base64.RawURLEncoding.Strict()

// Vault seals and opens. It may be used by many goroutines at once.
type Vault struct {
	path string

	mu      sync.RWMutex
	keys    map[string]cipher.AEAD
	current string // id of the key that seals
}

// Open reads the key file, or makes it with mode 0600 and a fresh key when
// there is none. It refuses a file that others may read.
func Open(keyFile string) (*Vault, error) {
	lines, err := loadOrCreate(keyFile)
	if err != nil {
		return nil, err
	}
	v := &Vault{path: keyFile, keys: map[string]cipher.AEAD{}}
	for _, l := range lines {
		if err := v.add(l); err != nil {
			return nil, err
		}
	}
	return v, nil
}

func (v *Vault) add(l keyLine) error {
	aead, err := chacha20poly1305.NewX(l.key)
	if err != nil {
		return heron.Errorf(heron.CodeInvalid, "key file %s: key %s has the wrong length", v.path, l.id)
	}
	v.mu.Lock()
	defer v.mu.Unlock()

	v.keys[l.id] = aead
	v.current = l.id
	return nil
}

// Seal encrypts plain under the current key. Sealing the same text twice gives
// two different results.
func (v *Vault) Seal(plain []byte) (string, error) {
	if len(plain) > maxPlain {
		return "", heron.Errorf(heron.CodeInvalid, "a secret may have at most %d bytes", maxPlain)
	}
	v.mu.RLock()
	id, aead := v.current, v.keys[v.current]
	v.mu.RUnlock()

	nonce := make([]byte, aead.NonceSize(), aead.NonceSize()+len(plain)+aead.Overhead())
	_, _ = rand.Read(nonce) // never fails: crypto/rand ends the program instead
	head := sealedPrefix + "." + id
	return head + "." + encoding.EncodeToString(aead.Seal(nonce, nonce, plain, []byte(head))), nil
}

// Open decrypts what Seal made. Its errors say what is wrong, never what the
// text holds.
func (v *Vault) Open(sealed string) ([]byte, error) {
	parts := strings.Split(sealed, ".")
	if len(parts) != 3 || parts[0] != sealedPrefix {
		return nil, heron.Errorf(heron.CodeInvalid, "this is not a sealed secret: enter the secret again")
	}
	v.mu.RLock()
	aead, ok := v.keys[parts[1]]
	v.mu.RUnlock()
	if !ok {
		return nil, heron.Errorf(heron.CodeInvalid,
			"the secret was sealed with a key that is not in %s: bring that key file back, or enter the secret again", v.path)
	}
	data, err := encoding.DecodeString(parts[2])
	if err != nil || len(data) < aead.NonceSize() {
		return nil, heron.Errorf(heron.CodeInvalid, "the sealed secret is damaged: enter the secret again")
	}
	nonce, text := data[:aead.NonceSize()], data[aead.NonceSize():]
	plain, err := aead.Open(nil, nonce, text, []byte(parts[0]+"."+parts[1]))
	if err != nil {
		return nil, heron.Errorf(heron.CodeInvalid, "the sealed secret was changed or is damaged: enter the secret again")
	}
	return plain, nil
}

// Current reports whether sealed text is under the key that seals now; text
// that is not should be opened and sealed again after a rotation.
func (v *Vault) Current(sealed string) bool {
	v.mu.RLock()
	defer v.mu.RUnlock()

	return strings.HasPrefix(sealed, sealedPrefix+"."+v.current+".")
}

// Rotate adds a fresh key to the key file and seals with it from now on. What
// the older keys sealed still opens.
func (v *Vault) Rotate() error {
	l := newKey()
	if err := appendKey(v.path, l); err != nil {
		return err
	}
	return v.add(l)
}
