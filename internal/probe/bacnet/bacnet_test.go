package bacnet_test

import (
	"testing"

	"github.com/heron-iot/heron/internal/probe/bacnet"
	"github.com/heron-iot/heron/internal/probe/probetest"
	proto "github.com/heron-iot/heron/internal/proto/bacnet"
)

// device answers each question in turn.
func device(t testing.TB) [][]byte {
	t.Helper()
	object := proto.ObjectID(proto.ObjectDevice, 1234)
	var out [][]byte
	for i, v := range []struct {
		property int
		value    proto.Value
	}{
		{proto.PropVendorName, proto.Text("Delta Controls")},
		{proto.PropModelName, proto.Text("eBCON")},
		{proto.PropFirmware, proto.Text("571848")},
		{proto.PropApplicationVersion, proto.Text("V3.40")},
		{proto.PropVendorID, proto.Number(8)},
		{proto.PropObjectIdentifier, nil},
		{proto.PropObjectName, proto.Text("AHU-3")},
		{proto.PropDescription, nil},
		{proto.PropLocation, proto.Text("Roof")},
	} {
		ask, err := proto.Read(proto.AppendReadProperty(nil, byte(i+1), object, byte(v.property)))
		if err != nil {
			t.Fatal(err)
		}
		if v.value == nil {
			out = append(out, proto.AppendUnknownProperty(nil, &ask))
			continue
		}
		out = append(out, proto.AppendProperty(nil, &ask, v.value))
	}
	return out
}

func TestProbe(t *testing.T) {
	t.Parallel()
	answers := device(t)
	probetest.Run(t, bacnet.Probe(), []probetest.Case{
		{Name: "device", Answer: answers[0], Then: answers[1:], Want: map[string]string{
			"service.protocol": "udp/47808/bacnet", "bacnet.device.application_software_version": "V3.40",
			"bacnet.device.firmware_revision": "571848", "bacnet.device.location": "Roof",
			"bacnet.device.model_name": "eBCON", "bacnet.device.object_name": "AHU-3",
			"bacnet.device.vendor_id": "8", "bacnet.device.vendor_name": "Delta Controls",
		}},
	})
}

func FuzzProbe(f *testing.F) { probetest.Fuzz(f, bacnet.Probe(), device(f)[0]) }
