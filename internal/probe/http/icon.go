package http

import (
	"bytes"
	"crypto/md5" //nolint:gosec // the field's usual name of an icon, no secret
	"encoding/base64"
	"encoding/hex"
	"math/bits"
	"strconv"

	"github.com/heron-iot/heron/internal/probe"
	"github.com/heron-iot/heron/internal/wire"
)

// icons begin so: ICO, PNG, GIF, JPEG.
var icons = [][]byte{{0, 0, 1, 0}, []byte("\x89PNG"), []byte("GIF8"), {0xff, 0xd8, 0xff}}

// isIcon reports whether an answer is a picture.
func isIcon(r *response) bool {
	if r.head.Status != 200 || len(r.body) == 0 || !r.whole {
		return false
	}
	if bytes.HasPrefix(bytes.ToLower(r.head.Get("Content-Type")), []byte("image/")) {
		return !bytes.HasPrefix(bytes.TrimSpace(bytes.ToLower(r.body)), []byte("<!doctype html"))
	}
	for _, begin := range icons {
		if bytes.HasPrefix(r.body, begin) {
			return true
		}
	}
	return false
}

// tellIcon tells the names by which the field knows an icon.
func tellIcon(c *probe.Conn, r *response) {
	if !isIcon(r) {
		return
	}
	sum := md5.Sum(r.body) //nolint:gosec // see above
	c.Emit("http.favicon_md5", hex.EncodeToString(sum[:]))
	c.Emit("http.favicon_mmh3", strconv.Itoa(int(int32(murmur3(lines(r.body))))))
}

// lineSize is how long a line of base64 is (RFC 2045 §6.8).
const lineSize = 76

// lines writes b in base64, each line with its end: that is what the hash is of.
func lines(b []byte) []byte {
	text := make([]byte, base64.StdEncoding.EncodedLen(len(b)))
	base64.StdEncoding.Encode(text, b)
	var out []byte
	for r := wire.NewReader(text); r.Len() > 0; {
		out = append(append(out, r.Bytes(min(lineSize, r.Len()))...), '\n')
	}
	return out
}

// murmur3 is MurmurHash3_x86_32 with seed 0, by Austin Appleby.
func murmur3(b []byte) uint32 {
	const c1, c2 = 0xcc9e2d51, 0x1b873593
	mix := func(k uint32) uint32 { return bits.RotateLeft32(k*c1, 15) * c2 }
	h := uint32(0)
	r := wire.NewReader(b)
	for r.Len() >= 4 {
		h = bits.RotateLeft32(h^mix(uint32(r.U32LE())), 13)*5 + 0xe6546b64
	}
	tail := uint32(0)
	for i := 0; r.Len() > 0; i += 8 {
		tail |= uint32(r.U8()) << i
	}
	if tail != 0 {
		h ^= mix(tail)
	}
	h ^= uint32(len(b))
	h = (h ^ h>>16) * 0x85ebca6b
	h = (h ^ h>>13) * 0xc2b2ae35
	return h ^ h>>16
}
