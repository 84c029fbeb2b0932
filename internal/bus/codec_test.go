package bus

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/netip"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/heron-iot/heron"
)

// deflated is a batch as deflated JSON, which the compact form is measured by.
func deflated(t testing.TB, b *heron.Batch) []byte {
	t.Helper()
	var buf bytes.Buffer
	w, err := flate.NewWriter(&buf, flate.BestSpeed)
	if err == nil {
		err = json.NewEncoder(w).Encode(b)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// fill sets every field of v, each to a value of its own, so that a field that
// the codec does not know of is noticed.
func fill(v reflect.Value, n *int) {
	*n++
	switch v.Interface().(type) {
	case netip.Addr:
		v.Set(reflect.ValueOf(netip.AddrFrom4([4]byte{10, 0, 0, byte(*n)})))
		return
	case heron.Transport:
		v.SetUint(uint64(heron.UDP))
		return
	case heron.FlowState:
		v.SetUint(uint64(heron.FlowReset))
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), n)
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0), n)
		fill(v.Index(1), n)
	case reflect.Array:
		for i := range v.Len() {
			fill(v.Index(i), n)
		}
	case reflect.Map:
		v.Set(reflect.ValueOf(map[string]string{fmt.Sprint("k", *n): "v", "a": "b"}))
	case reflect.String:
		v.SetString(fmt.Sprint("text ", *n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Float64:
		v.SetFloat(float64(*n))
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(*n))
	default:
		v.SetUint(uint64(*n % 250))
	}
}

func TestEveryFieldOfABatchArrives(t *testing.T) {
	t.Parallel()
	b, n := &heron.Batch{}, 0
	fill(reflect.ValueOf(b).Elem(), &n)
	got, err := decode(must(encode(b)))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(b, got, cmpopts.EquateComparable(netip.Addr{})); diff != "" {
		t.Errorf("(-sent +came):\n%s", diff)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestBombIsRefused(t *testing.T) {
	t.Parallel()
	bomb := packer().EncodeAll(make([]byte, maxUnpacked+1<<20), []byte{codecCompact})
	if _, err := decode(bomb); heron.ErrorCode(err) != heron.CodeInvalid {
		t.Fatalf("%d bytes that unpack to more than the limit: %v", len(bomb), err)
	}
}

// second is what a second of a busy small network tells.
func second(flows int) *heron.Batch {
	b := &heron.Batch{SensorID: "dock-eth0", SiteID: "plant-1", Epoch: heron.NewID(), Seq: 77, Now: 1_700_000_000_000_000}
	b.Stats = heron.Stats{Packets: 1_234_567, Bytes: 987_654_321, Flows: 4321, CaptureSeconds: 812.25}
	end := func(i int) heron.Endpoint {
		return heron.Endpoint{MAC: heron.MAC{2, 0, 0, 0, 0, byte(i)}, IP: netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)})}
	}
	for i := range flows {
		at := b.Now - heron.Time(i*9973)
		b.Flows = append(b.Flows, heron.Flow{
			ID: flowID(i), Number: uint32(i), Transport: heron.TCP, Client: end(i % 60), Server: end(i % 7), ClientPort: uint16(40000 + i*13),
			ClientPayload: uint64(i * 700), ServerPayload: uint64(i * 4000), ClientSizes: [heron.FlowBuckets]uint16{uint16(i % 9), uint16(i % 5)},
			ServerSizes: [heron.FlowBuckets]uint16{0, 0, uint16(i % 7), 0, uint16(i % 11)}, ClientGaps: [heron.FlowBuckets]uint16{0, uint16(i % 3), 0, uint16(i % 13)},
			ServerPort: []uint16{443, 502, 1883, 80}[i%4], Protocol: []string{"tls", "modbus", "mqtt", "http"}[i%4], State: heron.FlowEstablished,
			First: at - heron.Minute, Last: at, ClientPackets: uint64(i * 7), ServerPackets: uint64(i * 9), ClientBytes: uint64(i * 911), ServerBytes: uint64(i * 4711),
		})
	}
	for i := range flows / 5 {
		at := b.Now - heron.Time(i*7919)
		b.Observations = append(b.Observations, heron.Observation{
			Subject: heron.Subject{Endpoint: end(i % 60)}, Key: []string{"link.frame", "dhcp.hostname", "http.user_agent"}[i%3],
			Value: fmt.Sprintf("value-%d", i), Source: "http", Sensor: "dock-eth0", First: at, Last: at, Count: 1,
		})
		b.Events = append(b.Events, heron.Event{
			Time: at, Kind: "modbus.write", Protocol: "modbus", Transport: heron.TCP, Src: end(i % 60), Dst: end(i % 7), SrcPort: uint16(40000 + i), DstPort: 502,
			Attrs: map[string]string{"unit": "1", "function": "16", "register": fmt.Sprint(i)},
		})
	}
	return b
}

// TestCompactIsCompact keeps the gain over JSON, deflated: about half the bytes.
func TestCompactIsCompact(t *testing.T) {
	t.Parallel()
	for _, flows := range []int{0, 10, 100, 1000} {
		b := second(flows)
		before, now := len(deflated(t, b)), len(must(encode(b)))
		t.Logf("%4d flows: %6d bytes before, %6d now (%.2f)", flows, before, now, float64(now)/float64(before))
		if flows >= 100 && now*5 > before*3 {
			t.Errorf("%d flows: %d bytes, %d before", flows, now, before)
		}
	}
}

func BenchmarkEncode(b *testing.B) {
	x := second(200)
	for b.Loop() {
		if _, err := encode(x); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	data := must(encode(second(200)))
	for b.Loop() {
		if _, err := decode(data); err != nil {
			b.Fatal(err)
		}
	}
}

// flowID is as hard to compress as those of real flows.
func flowID(i int) heron.FlowID {
	sum := sha256.Sum256([]byte{byte(i), byte(i >> 8)})
	return heron.FlowID(sum[:len(heron.FlowID{})])
}

// The news of a scan are in the last piece alone, so that they are told once.
func TestNewsOfAScanAreToldOnce(t *testing.T) {
	t.Parallel()
	b := second(400)
	b.Scan = &heron.ScanNews{ID: "scan", State: heron.ScanDone, ScanCounts: heron.ScanCounts{Packets: 7}, Asked: []heron.ScanAsked{{Host: "10.0.0.1"}}}
	whole, err := split(b, maxMessage)
	if err != nil || len(whole) != 1 || whole[0].batch.Scan != b.Scan {
		t.Fatalf("%d pieces, %v", len(whole), err)
	}
	list, err := split(b, len(whole[0].data)/3)
	if err != nil || len(list) < 3 {
		t.Fatalf("%d pieces, %v", len(list), err)
	}
	for i, p := range list {
		if x := p.batch.Scan; x == nil || x.ID != "scan" || (x.State != "") != (i == len(list)-1) || (len(x.Asked) > 0) != (i == len(list)-1) {
			t.Errorf("piece %d says %+v", i, x)
		}
	}
}
