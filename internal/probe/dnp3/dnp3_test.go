package dnp3_test

import (
	"testing"

	"github.com/heron-iot/heron/internal/probe/dnp3"
	"github.com/heron-iot/heron/internal/probe/probetest"
	proto "github.com/heron-iot/heron/internal/proto/dnp3"
)

// status is what outstation 1024 says of the link.
func status() []byte {
	f := proto.Frame{Control: 0x0b, Destination: 0xffef, Source: 1024}
	return f.Append(nil, nil)
}

func TestProbe(t *testing.T) {
	t.Parallel()
	probetest.Run(t, dnp3.Probe(), []probetest.Case{
		{Name: "outstation", Answer: status(), Want: map[string]string{"service.protocol": "tcp/20000/dnp3", "dnp3.outstation": "1024"}},
	})
}

// TestOnlyTheStatusOfTheLinkMayBeSent tries what resets a link, and what a master orders.
func TestOnlyTheStatusOfTheLinkMayBeSent(t *testing.T) {
	t.Parallel()
	allow := dnp3.Probe().Allow
	for _, control := range []byte{0xc0, 0xc2, 0xc3, 0xc4} {
		f := proto.Frame{Control: control, Destination: 0xfffc, Source: 0xffef}
		if allow(f.Append(nil, nil)) == nil {
			t.Errorf("%x may be sent", control)
		}
	}
	everyone := proto.Frame{Control: 0xc9, Destination: 0xffff, Source: 0xffef}
	if allow(everyone.Append(nil, nil)) == nil {
		t.Error("all outstations may be asked")
	}
}

func FuzzProbe(f *testing.F) { probetest.Fuzz(f, dnp3.Probe(), status()) }
