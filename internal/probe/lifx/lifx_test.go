package lifx_test

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/heron-iot/heron/internal/probe/lifx"
	"github.com/heron-iot/heron/internal/probe/probetest"
)

func message(kind uint16, body string) []byte {
	b := binary.LittleEndian.AppendUint16(nil, uint16(36+len(body)))
	b = append(b, 0x00, 0x14, 1, 2, 3, 4)
	b = append(b, 2, 0, 0, 0, 0, 5, 0, 0)
	b = append(b, make([]byte, 6+2+8)...)
	b = binary.LittleEndian.AppendUint16(b, kind)
	return append(append(b, 0, 0), body...)
}

func TestProbe(t *testing.T) {
	t.Parallel()
	pad := func(n int) string { return strings.Repeat("\x00", n) }
	probetest.Run(t, lifx.Probe(), []probetest.Case{
		{
			Name: "lamp", Answer: message(33, "\x01\x00\x00\x00\x1b\x00\x00\x00"+pad(4)),
			Then: [][]byte{message(15, pad(16)+"\x50\x00\x02\x00"), message(25, "Hall"+pad(28))}, Want: map[string]string{
				"service.protocol": "udp/56700/lifx", "lifx.firmware": "2.80", "lifx.label": "Hall",
				"lifx.mac": "02:00:00:00:00:05", "lifx.product": "27", "lifx.vendor": "1",
			},
		},
	})
}

func FuzzProbe(f *testing.F) {
	probetest.Fuzz(f, lifx.Probe(), message(33, "\x01\x00\x00\x00\x1b\x00\x00\x00\x00\x00\x00\x00"))
}
