package heron

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"time"
)

// NewID returns a UUID version 7 (RFC 9562 §5.7): sortable by creation time.
func NewID() string {
	var b [16]byte
	// rand.Read never fails (crypto/rand documents that it ends the program instead).
	_, _ = rand.Read(b[:])
	ms := uint64(time.Now().UnixMilli())
	binary.BigEndian.PutUint32(b[0:], uint32(ms>>16))
	binary.BigEndian.PutUint16(b[4:], uint16(ms))
	return formatUUID(b, 7)
}

// DeriveID returns a UUID version 8 (RFC 9562 §5.8) made from the parts alone,
// so that the same input gives the same id, replayed or retried.
func DeriveID(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		var n [4]byte
		binary.BigEndian.PutUint32(n[:], uint32(len(p)))
		h.Write(n[:])
		h.Write([]byte(p))
	}
	return formatUUID([16]byte(h.Sum(nil)[:16]), 8)
}

func formatUUID(b [16]byte, version byte) string {
	b[6] = b[6]&0x0f | version<<4
	b[8] = b[8]&0x3f | 0x80
	s := hex.EncodeToString(b[:])
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}
