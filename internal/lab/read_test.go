package lab_test

import (
	"errors"
	"io"
	"testing"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	dissectall "github.com/heron-iot/heron/internal/dissect/all"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/flow"
	"github.com/heron-iot/heron/internal/lab"
)

// reader is the passive path, as the platform wires it.
type reader struct {
	*dissect.Dispatcher
	protocols map[string]int
}

func (r *reader) Sighting(heron.Endpoint, heron.Time) {}

func (r *reader) Direct(heron.Endpoint, uint8, heron.Time) {}

func (r *reader) Handshake(*flow.Handshake) {}

func (r *reader) Flow(f *heron.Flow) {
	if f.Ended {
		r.protocols[f.Protocol]++
	}
}

// TestHeronReadsIt runs the stream through the passive path: nothing of it may
// look damaged, and the protocols must be known for what they are.
func TestHeronReadsIt(t *testing.T) {
	t.Parallel()
	s, err := lab.Stream(lab.StreamConfig{Seed: 3, Duration: 15 * time.Minute, Attacks: attackNames()})
	if err != nil {
		t.Fatal(err)
	}
	collector := dissecttest.NewRecorder(dissect.CollectorConfig{})
	r := &reader{Dispatcher: dissect.NewDispatcher(dissectall.Protocols(), collector.Collector), protocols: map[string]int{}}
	table := flow.New(flow.Config{ProtocolName: r.ProtocolName}, r)
	keys := map[string]bool{}
	var p heron.Packet
	for {
		if err := s.Next(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		table.Packet(&p)
		if s.Stats().Packets%5000 == 0 {
			drain(collector, keys)
		}
	}
	table.Flush()
	drain(collector, keys)
	st := table.Stats()
	if st.Malformed != 0 || st.Undecoded != 0 || st.StreamGaps != 0 || st.Late != 0 || r.Faults() != 0 {
		t.Errorf("damage: %+v, %d faults", st, r.Faults())
	}
	for _, name := range []string{"dhcp", "dns", "mdns", "ssdp", "http", "tls", "mqtt", "modbus", "nbns", "ssh", "dlms", "ocpp"} {
		if r.protocols[name] == 0 {
			t.Errorf("no flow of %s was recognised: %v", name, r.protocols)
		}
	}
	for _, key := range []string{
		"dhcp.vendor_class", "mdns.service", "ssdp.server", "http.server", "tls.sni", "modbus.device_id.product_code", "lldp.system_description", "dlms.logical_device", "ocpp.model",
	} {
		if !keys[key] {
			t.Errorf("nothing was learned under %s", key)
		}
	}
	if t.Failed() {
		t.Logf("keys: %v", keys)
	}
}

func drain(c *dissecttest.Recorder, keys map[string]bool) {
	obs, _ := c.Drain()
	for _, o := range obs {
		keys[o.Key] = true
	}
}
