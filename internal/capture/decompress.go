package capture

import (
	"bytes"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// maxWindow bounds the memory of a zstd decoder: what "zstd --long" writes.
const maxWindow = 128 << 20

// decompressor returns what opens the compressed format that starts with head,
// nil when it starts none.
func decompressor(head []byte) func(io.Reader) (io.Reader, func(), error) {
	switch {
	case bytes.HasPrefix(head, []byte("\x1f\x8b")):
		return openGzip
	case bytes.HasPrefix(head, []byte("\x28\xb5\x2f\xfd")):
		return openZstd
	}
	return nil
}

func openGzip(r io.Reader) (io.Reader, func(), error) {
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, nil, fmt.Errorf("gzip: %w", err)
	}
	return z, func() { _ = z.Close() }, nil
}

func openZstd(r io.Reader) (io.Reader, func(), error) {
	z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderMaxMemory(maxWindow))
	if err != nil {
		return nil, nil, fmt.Errorf("zstd: %w", err)
	}
	return z, z.Close, nil
}

// otherFormats are files that people take for captures, by their first bytes,
// with what reads them.
var otherFormats = [...]struct{ head, name, hint string }{
	{"\xfd7zXZ\x00", "compressed with xz", "decompress it first: xz -d FILE"},
	{"BZh", "compressed with bzip2", "decompress it first: bzip2 -d FILE"},
	{"\x04\x22\x4d\x18", "compressed with lz4", "decompress it first: lz4 -d FILE"},
	{"PK\x03\x04", "a zip archive", "unpack it first: unzip FILE"},
	{"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "unpack it first: 7z x FILE"},
	{"snoop\x00", "a snoop capture", "convert it first: editcap -F pcap IN OUT"},
	{"GMBU", "a Network Monitor capture", "convert it first: editcap -F pcap IN OUT"},
	{"RTSS", "a Network Monitor capture", "convert it first: editcap -F pcap IN OUT"},
	{"\xa1\xb2\xcd\x34", "a pcap of a patched libpcap", "convert it first: editcap -F pcap IN OUT"},
	{"\x34\xcd\xb2\xa1", "a pcap of a patched libpcap", "convert it first: editcap -F pcap IN OUT"},
}

func unknownFormat(head []byte) error {
	for _, f := range otherFormats {
		if bytes.HasPrefix(head, []byte(f.head)) {
			return &damage{what: "this is " + f.name, hint: f.hint}
		}
	}
	return &damage{what: fmt.Sprintf("this is no capture file: it starts with %q", head), hint: hintUnknown}
}

// namedAsCapture reports whether a name promises a capture.
func namedAsCapture(path string) bool {
	name := strings.ToLower(filepath.Base(path))
	name = strings.TrimSuffix(strings.TrimSuffix(name, ".gz"), ".zst")
	switch filepath.Ext(name) {
	case ".pcap", ".pcapng", ".cap", ".dmp", ".ntar":
		return true
	}
	return false
}
