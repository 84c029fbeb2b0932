package quic

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/heron-iot/heron/internal/wire"
)

// Salts of the initial secret, by version.
const (
	salt1       = "\x38\x76\x2c\xf7\xf5\x59\x34\xb3\x4d\x17\x9a\xe6\xa4\xc8\x0c\xad\xcc\xbb\x7f\x0a" // RFC 9001 §5.2
	salt2       = "\x0d\xed\xe3\xde\xf7\x00\xa6\xdb\x81\x93\x81\xbe\x6e\x26\x9d\xcb\xf9\xbd\x2e\xd9" // RFC 9369 §3.3.1
	saltDraft29 = "\xaf\xbf\xec\x28\x99\x93\xd2\x4c\x9e\x97\x86\xf1\x9c\x61\x11\xe0\x43\x90\xa8\x99"
	saltQ50     = "\x50\x45\x74\xef\xd0\x66\xfe\x2f\x9d\x94\x5c\xfc\xdb\xd3\xa7\xf0\xd3\xb5\x6b\x45" // Google's, as its programs have them
	saltT50     = "\x7f\xf5\x79\xe5\xac\xd0\x72\x91\x55\x80\x30\x4c\x43\xa2\x36\x7c\x60\x48\x83\x10"
	saltT51     = "\x7a\x4e\xde\xf4\xe7\xcc\xee\x5f\xa4\x50\x6c\x19\x12\x4f\xc8\xcc\xda\x6e\x03\x3d"
	saltDraft23 = "\xc3\xee\xf7\x12\xc7\x2e\xbb\x5a\x11\xa7\xd2\x43\x2b\xb4\x63\x65\xbe\xf9\xf5\x02"
)

// ErrSealed says that a packet was not encrypted with these keys, or is damaged.
var ErrSealed = errors.New("not sealed with these keys")

// Keys protect the Initial packets of one direction.
type Keys struct {
	aead   cipher.AEAD
	header cipher.Block
	iv     [12]byte
}

// InitialKeys derives the keys of both directions from the destination
// connection ID of the client's first packet (RFC 9001 §5.2).
func InitialKeys(version int, dcid []byte) (client, server Keys, err error) {
	secret, err := hkdf.Extract(sha256.New, dcid, []byte(saltOf(version)))
	if err != nil {
		return client, server, fmt.Errorf("initial secret: %w", err)
	}
	if client, err = newKeys(version, secret, "client in"); err != nil {
		return client, server, err
	}
	server, err = newKeys(version, secret, "server in")
	return client, server, err
}

func saltOf(version int) string {
	switch {
	case version == Version2:
		return salt2
	case version == GoogleQ50:
		return saltQ50
	case version == GoogleT50:
		return saltT50
	case version == GoogleT51:
		return saltT51
	case version >= firstSalt && version < Draft29:
		return saltDraft23
	case version >= Draft29 && version <= 0xff000020: // draft-32
		return saltDraft29
	}
	return salt1
}

func newKeys(version int, initial []byte, label string) (Keys, error) {
	prefix := "quic "
	if version == Version2 { // RFC 9369 §3.3.2
		prefix = "quicv2 "
	}
	var k Keys
	secret, err := expand(initial, label, sha256.Size)
	if err != nil {
		return k, err
	}
	var parts [3][]byte
	for i, p := range [...]struct {
		label  string
		length int
	}{{"key", 16}, {"iv", len(k.iv)}, {"hp", 16}} {
		if parts[i], err = expand(secret, prefix+p.label, p.length); err != nil {
			return k, err
		}
	}
	copy(k.iv[:], parts[1])
	block, err := aes.NewCipher(parts[0])
	if err != nil {
		return k, fmt.Errorf("packet key: %w", err)
	}
	if k.aead, err = cipher.NewGCM(block); err != nil {
		return k, fmt.Errorf("packet key: %w", err)
	}
	if k.header, err = aes.NewCipher(parts[2]); err != nil {
		return k, fmt.Errorf("header key: %w", err)
	}
	return k, nil
}

// expand is HKDF-Expand-Label with an empty context (RFC 8446 §7.1).
func expand(secret []byte, label string, length int) ([]byte, error) {
	label = "tls13 " + label
	info := append(binary.BigEndian.AppendUint16(nil, uint16(length)), byte(len(label)))
	info = append(append(info, label...), 0)
	out, err := hkdf.Expand(sha256.New, secret, string(info), length)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", label, err)
	}
	return out, nil
}

// Open adds the frames of an Initial packet to dst. The input is left as it is;
// scratch holds the packet meanwhile, and is returned to be used again.
func (k *Keys) Open(dst, scratch []byte, p *Long) (frames, used []byte, err error) {
	scratch = append(scratch[:0], p.packet...)
	r := wire.NewReader(scratch)
	head := r.Peek(p.number + 4)
	r.Skip(p.number + 4)
	sample := r.Bytes(aes.BlockSize)
	if r.Err() != nil || k.aead == nil {
		return dst, scratch, ErrSealed
	}
	var mask [aes.BlockSize]byte
	k.header.Encrypt(mask[:], sample)
	size := k.unmask(head, p.number, &mask)
	r = r.At(p.number)
	number := 0
	for range size {
		number = number<<8 | r.U8()
	}
	whole := wire.NewReader(scratch)
	dst, err = k.aead.Open(dst, k.nonce(number), r.Rest(), whole.Bytes(p.number+size))
	if err != nil {
		return dst, scratch, ErrSealed
	}
	return dst, scratch, nil
}

// unmask removes the protection of a header in place (RFC 9001 §5.4.1), and
// returns the length of its packet number.
func (k *Keys) unmask(head []byte, at int, mask *[aes.BlockSize]byte) int {
	head[0] ^= mask[0] & 0x0f
	size := int(head[0]&3) + 1
	for i := range size {
		head[at+i] ^= mask[1+i]
	}
	return size
}

// nonce is that of a packet number (RFC 9001 §5.3).
func (k *Keys) nonce(number int) []byte {
	nonce := k.iv
	for i := range 4 {
		nonce[len(nonce)-1-i] ^= byte(number >> (8 * i))
	}
	return nonce[:]
}
