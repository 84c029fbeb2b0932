package netflow_test

import (
	"encoding/hex"
	"net/netip"
	"strings"
	"testing"

	"github.com/heron-iot/heron/internal/proto/netflow"
)

var (
	exporter = netip.MustParseAddr("192.0.2.1")
	flow     = netflow.Record{
		Src: netip.MustParseAddr("10.0.0.1"), Dst: netip.MustParseAddr("10.0.0.2"), SrcPort: 40000, DstPort: 502, Protocol: 6, TCPFlags: 0x1b,
		Packets: 7, Bytes: 900, First: 1_700_000_000_000, Last: 1_700_000_003_500,
	}
	header = netflow.Header{Uptime: 3_600_000, Seconds: 1_700_000_010, Sequence: 5, Domain: 0x0102, Sampling: 100}
)

func TestVersion5(t *testing.T) {
	t.Parallel()
	var d netflow.Decoder
	var got []netflow.Record
	h, err := d.Decode(exporter, netflow.Append(nil, header, flow, flow), func(r *netflow.Record) { got = append(got, *r) })
	if err != nil || h.Domain != 0x0102 || h.Sampling != 100 || h.Boot() != 1_700_000_010-3600 || len(got) != 2 || got[1] != flow {
		t.Errorf("%+v, %v, %+v", h, err, got)
	}
}

func unhex(s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		panic(err)
	}
	return b
}

const (
	template = "0100 0009 0008 0004 000c 0004 0007 0002 000b 0002 0004 0001 0006 0001 0002 0004 0001 0004 0016 0004"
	values   = "0a000001 0a000002 9c40 01f6 06 1b 00000007 00000384 0036ca90"
)

func TestTemplates(t *testing.T) {
	t.Parallel()
	nine := "0009 0002 0036ee80 6553f10a 00000001 00000007 0000 002c" + template + "0100 001e" + values
	var d netflow.Decoder
	n := 0
	if _, err := d.Decode(exporter, unhex(nine), func(r *netflow.Record) {
		n++
		if r.Src != flow.Src || r.Dst != flow.Dst || r.DstPort != 502 || r.Packets != 7 || r.Bytes != 900 || r.Protocol != 6 || r.First == 0 {
			t.Errorf("%+v", r)
		}
	}); err != nil || n != 1 {
		t.Errorf("%d records, %v", n, err)
	}
}

func TestEnterprise(t *testing.T) {
	t.Parallel()
	ipfix := "000a 002c 6553f10a 00000001 00000007 0002 0014 0101 0002 8001 ffff 0000 89ab 0004 0001 0101 0008 02 6162 06"
	var d netflow.Decoder
	n := 0
	h, err := d.Decode(exporter, unhex(ipfix), func(r *netflow.Record) {
		if n++; r.Protocol != 6 {
			t.Errorf("%+v", r)
		}
	})
	if err != nil || h.Enterprise != 0x89ab || h.Domain != 7 || n != 1 {
		t.Errorf("%+v, %v, %d records", h, err, n)
	}
}

func TestOneDatagramHasNoEndOfRecords(t *testing.T) {
	t.Parallel()
	nine := unhex("0009 0002 0036ee80 6553f10a 00000001 00000007 0000 000c 0100 0001 0004 0001")
	for range 12 { // sets of records of one octet
		nine = append(append(nine, 0x01, 0x00, 0x10, 0x04), make([]byte, 0x1000)...)
	}
	var d netflow.Decoder
	n := 0
	if _, err := d.Decode(exporter, nine, func(*netflow.Record) { n++ }); err != nil || n != 2048 {
		t.Errorf("%d records, %v", n, err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(netflow.Append(nil, header, flow))
	f.Add(unhex("0009 0002 0036ee80 6553f10a 00000001 00000007 0000 002c" + template + "0100 001e" + values))
	f.Fuzz(func(_ *testing.T, b []byte) {
		var d netflow.Decoder
		for range 2 {
			_, _ = d.Decode(exporter, b, func(*netflow.Record) {})
		}
	})
}
