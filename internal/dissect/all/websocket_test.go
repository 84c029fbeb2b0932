package all_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/dissect/all"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/proto/websocket"
)

// upgraded is a connection that becomes WebSocket, and what a client says in it.
func upgraded(fields string, opcode int, messages ...string) []dissecttest.Step {
	steps := []dissecttest.Step{
		dissecttest.C("GET /ocpp/CP1 HTTP/1.1\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" + fields + "\r\n"),
		dissecttest.S("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"),
	}
	for _, text := range messages {
		steps = append(steps, dissecttest.C(websocket.Append(nil, opcode, []byte{1, 2, 3, 4}, []byte(text))))
	}
	return steps
}

func TestWhatComesInWebSocket(t *testing.T) {
	t.Parallel()
	const boot = `[2,"1","BootNotification",{"chargePointVendor":"Acme"}]`
	connect := "\x10\x0d\x00\x04MQTT\x04\x02\x00\x3c\x00\x01a"
	subscribe := "\x82\x08\x00\x01\x00\x03a/b\x00"
	nobodys := slices.Repeat([]string{`{"type":"result"}`}, 7)
	for _, c := range []struct {
		name  string
		steps []dissecttest.Step
		want  []string // facts; none of others with "!"
	}{
		{"a charging station", upgraded("", websocket.Text, boot), []string{`client.protocol = "ocpp"`, `ocpp.vendor = "Acme"`, `client.protocol = "http"`}},
		{"behind what nobody knows", upgraded("", websocket.Text, append(nobodys, boot)...), []string{`ocpp.vendor = "Acme"`}},
		{"behind too much of it", upgraded("", websocket.Text, append(nobodys, nobodys[0], boot)...), []string{"!ocpp.vendor"}},
		{"through a proxy", upgraded("X-Forwarded-For: 192.0.2.77\r\n", websocket.Text, boot), []string{"!ocpp.vendor"}},
		{"MQTT, two packets in one message", upgraded("", websocket.Binary, connect+subscribe), []string{`mqtt.client_id = "a"`, `mqtt.subscribe = "a/b"`}},
		{"a tunnel: what is in it is another's", upgraded("", websocket.Binary, "SSH-2.0-OpenSSH_9.6\r\n"), []string{"!ssh.banner"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := played(c.steps)
			for _, want := range c.want {
				fact, not := strings.CutPrefix(want, "!")
				if strings.Contains(got, "  "+fact) == not {
					t.Errorf("want %s, got\n%s", want, got)
				}
			}
		})
	}
}

// played gives a stream to a dispatcher of all protocols, each step in one piece,
// and returns what was learned.
func played(steps []dissecttest.Step) string {
	out := dissecttest.NewRecorder(dissect.CollectorConfig{})
	d := dissect.NewDispatcher(all.Protocols(), out.Collector)
	var flow heron.FlowScratch
	client, server := dissecttest.End("", "192.0.2.12"), dissecttest.End("", "192.0.2.5")
	for _, s := range steps {
		m := heron.Message{
			Transport: heron.TCP, FromClient: s.FromClient, Payload: s.Payload, Flow: &flow,
			Src: client, Dst: server, SrcPort: 49152, DstPort: 80,
		}
		if !s.FromClient {
			m.Src, m.Dst, m.SrcPort, m.DstPort = m.Dst, m.Src, m.DstPort, m.SrcPort
		}
		d.Message(&m)
	}
	return dissecttest.Describe(out.Drain())
}
