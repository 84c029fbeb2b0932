package opcua_test

import (
	"slices"
	"testing"

	"github.com/heron-iot/heron/internal/probe/opcua"
	"github.com/heron-iot/heron/internal/probe/probetest"
	proto "github.com/heron-iot/heron/internal/proto/opcua"
)

const null = "\xff\xff\xff\xff"

// endpoints is the answer of a server with one.
func endpoints() []byte {
	body := proto.AppendNode(make([]byte, 16), 0, proto.EndpointsAnswer) // channel, token, sequence before it
	body = append(body, make([]byte, 8+4+4+1)...)
	body = append(body, null+"\x00\x00\x00\x01\x00\x00\x00"...)
	body = proto.AppendString(body, "opc.tcp://192.0.2.5:4840")
	body = proto.AppendApplication(body, "urn:plc7:Example:OPCUA", "http://example.com/plc", "PLC seven", 0)
	body = append(body, null+"\x01\x00\x00\x00"...)
	body = proto.AppendString(body, "http://opcfoundation.org/UA/SecurityPolicy#None")
	body = append(body, 1, 0, 0, 0)
	body = proto.AppendString(body, "anonymous")
	body = append(body, "\x00\x00\x00\x00"+null+null+null...)
	body = append(proto.AppendString(body, "http://opcfoundation.org/UA-Profile/Transport/uatcp-uasc-uabinary"), 0)
	c := proto.Chunk{Type: "MSG", Final: 'F', Body: body}
	return c.Append(nil)
}

func TestProbe(t *testing.T) {
	t.Parallel()
	open := opcua.Probe().Rehearse
	fault := proto.Chunk{Type: "ERR", Final: 'F', Body: []byte("\x00\x00\x7d\x80" + null)}
	probetest.Run(t, opcua.Probe(), []probetest.Case{
		{Name: "server", Answer: open[0], Then: [][]byte{open[1], endpoints()}, Want: map[string]string{
			"service.protocol": "tcp/4840/opcua", "opcua.application_name": "PLC seven",
			"opcua.application_uri": "urn:plc7:Example:OPCUA", "opcua.channel": "None",
			"opcua.endpoint": "opc.tcp://192.0.2.5:4840", "opcua.product_uri": "http://example.com/plc",
			"opcua.security": "None none", "opcua.token": "anonymous",
		}},
		{Name: "refused", Answer: fault.Append(nil), Want: map[string]string{
			"service.protocol": "tcp/4840/opcua",
		}},
	})
}

func TestOnlyTheQuestionMayBeSent(t *testing.T) {
	t.Parallel()
	p := opcua.Probe()
	for _, request := range p.Requests(t.Context(), probetest.Target(&p)) {
		if err := p.Allow(request); err != nil {
			t.Errorf("%x: %v", request, err)
		}
	}
	for name, service := range map[string]int{"write": proto.WriteRequest, "call": proto.CallRequest, "session": proto.CreateRequest} {
		c := proto.Chunk{Type: "MSG", Final: 'F', Body: proto.AppendNode(make([]byte, 16), 0, service)}
		if p.Allow(c.Append(nil)) == nil {
			t.Errorf("%s may be sent", name)
		}
	}
}

func FuzzProbe(f *testing.F) {
	probetest.Fuzz(f, opcua.Probe(), slices.Concat(slices.Concat(opcua.Probe().Rehearse...), endpoints()))
}
