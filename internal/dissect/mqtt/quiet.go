package mqtt

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/proto/mqtt"
	"github.com/heron-iot/heron/internal/wire"
)

// quiet knows the packets that keep a session going: whole ones of a short length,
// of the types that say nothing.
func quiet(f *heron.FlowScratch, b []byte, _ bool) bool {
	const short, header = 0x80, 2
	h, _ := wire.Head2(b)
	if h == nil || f.Data[atVersion] == 0 || h[1] >= short || len(b) != header+int(h[1]) {
		return false
	}
	switch kind := int(h[0] >> 4); kind {
	case mqtt.TypeConnect, mqtt.TypeConnack, mqtt.TypePublish, mqtt.TypeSubscribe:
		return false
	default:
		return mqtt.ValidFlags(kind, int(h[0]&15))
	}
}
