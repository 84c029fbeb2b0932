package http2_test

import (
	"encoding/hex"
	"strconv"
	"strings"
	"testing"

	"github.com/heron-iot/heron/internal/proto/http2"
	"github.com/heron-iot/heron/internal/wire"
)

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func fields(t *testing.T, d *http2.Decoder, block []byte) string {
	t.Helper()
	var list []string
	if err := d.Decode(block, func(name, value []byte) { list = append(list, string(name)+": "+string(value)) }); err != nil {
		t.Errorf("%x: %v", block, err)
	}
	return strings.Join(list, "\n")
}

// The requests of RFC 7541 §C.3 (plain) and §C.4 (in Huffman's code).
func TestRequestsOfTheSpecification(t *testing.T) {
	t.Parallel()
	want := []string{
		":method: GET\n:scheme: http\n:path: /\n:authority: www.example.com",
		":method: GET\n:scheme: http\n:path: /\n:authority: www.example.com\ncache-control: no-cache",
		":method: GET\n:scheme: https\n:path: /index.html\n:authority: www.example.com\ncustom-key: custom-value",
	}
	for _, blocks := range [][]string{
		{
			"828684410f7777772e6578616d706c652e636f6d", "828684be58086e6f2d6361636865",
			"828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565",
		},
		{
			"828684418cf1e3c2e5f23a6ba0ab90f4ff", "828684be5886a8eb10649cbf",
			"828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf",
		},
	} {
		var d http2.Decoder
		for range 2 {
			d.Reset()
			for i, b := range blocks {
				if got := fields(t, &d, unhex(t, b)); got != want[i] {
					t.Errorf("got\n%s\nwant\n%s", got, want[i])
				}
			}
		}
	}
}

func TestTheDynamicTableIsBounded(t *testing.T) {
	t.Parallel()
	var d http2.Decoder
	d.Reset()
	for i := range 5000 {
		b := http2.AppendField(nil, "name", strings.Repeat("v", i%60)+strconv.Itoa(i))
		fields(t, &d, b)
		if got := fields(t, &d, http2.AppendIndexed(nil, 62)); !strings.HasSuffix(got, strconv.Itoa(i)) {
			t.Fatalf("entry %d is %q", i, got)
		}
	}
	if err := d.Decode(http2.AppendIndexed(nil, 62+4096/32), func(_, _ []byte) {}); err == nil {
		t.Error("an entry that was evicted is still there")
	}
	fields(t, &d, []byte{0x20}) // size 0
	if err := d.Decode(http2.AppendIndexed(nil, 62), func(_, _ []byte) {}); err == nil {
		t.Error("a table of size 0 has an entry")
	}
	if err := d.Decode([]byte{0x3f, 0xff, 0xff, 0x7f}, func(_, _ []byte) {}); err == nil {
		t.Error("a table of any size is accepted")
	}
}

func TestEverySymbolIsDecoded(t *testing.T) {
	t.Parallel()
	var all []byte
	for c := range 256 {
		all = append(all, byte(c))
	}
	var d http2.Decoder
	d.Reset()
	if got := fields(t, &d, http2.AppendField(nil, "x", string(all))); got != "x: "+string(all) {
		t.Errorf("got %q", got)
	}
}

func TestFrames(t *testing.T) {
	t.Parallel()
	b := http2.AppendSettings(nil, http2.Setting{ID: 3, Value: 100}, http2.Setting{ID: 4, Value: 65535})
	b = http2.AppendFrame(b, http2.FrameHeaders, http2.FlagEndHeaders|0x28, 1, append([]byte{2, 0, 0, 0, 0, 9}, "block\x00\x00"...))
	r := wire.NewReader(b)
	f, err := http2.ReadFrame(&r)
	n := 0
	http2.Settings(f.Body, func(s http2.Setting) { n += s.Value })
	if err != nil || f.Type != http2.FrameSettings || n != 65635 {
		t.Errorf("%+v, %v", f, err)
	}
	f, err = http2.ReadFrame(&r)
	part, last, blockErr := f.Block()
	if err != nil || blockErr != nil || string(part) != "block" || !last || f.Stream != 1 || r.Len() != 0 {
		t.Errorf("%+v, %q, %v, %v", f, part, err, blockErr)
	}
	r = wire.NewReader(http2.AppendFrame(nil, http2.FramePing, 0, 1, make([]byte, 8)))
	if _, err = http2.ReadFrame(&r); err == nil {
		t.Error("a PING on a stream is accepted")
	}
}

// FuzzDecode checks that blocks of any kind neither panic nor grow the table.
func FuzzDecode(f *testing.F) {
	f.Add([]byte("\x82\x86\x84\x41\x8c\xf1\xe3\xc2\xe5\xf2\x3a\x6b\xa0\xab\x90\xf4\xff"), []byte{0xbe})
	f.Fuzz(func(t *testing.T, one, two []byte) {
		var d http2.Decoder
		d.Reset()
		total := 0
		for _, b := range [][]byte{one, two, one} {
			_ = d.Decode(b, func(name, value []byte) { total += len(name) + len(value) })
		}
		if total > 1<<26 {
			t.Fatalf("%d octets came of %d", total, len(one)+len(two))
		}
		r := wire.NewReader(one)
		if p, err := http2.ReadFrame(&r); err == nil {
			_, _, _ = p.Block()
		}
	})
}
