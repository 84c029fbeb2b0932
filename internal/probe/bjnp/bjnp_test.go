package bjnp_test

import (
	"encoding/binary"
	"testing"

	"github.com/heron-iot/heron/internal/probe/bjnp"
	"github.com/heron-iot/heron/internal/probe/probetest"
)

func message(command byte, body string) []byte {
	b := append([]byte("BJNP"), 0x81, command, 0, 0, 0, 1, 0, 0)
	return append(binary.BigEndian.AppendUint32(b, uint32(len(body))), body...)
}

func printer() [][]byte {
	const id = "MFG:Canon;CMD:BJL,BJRaster3;MDL:MX920 series;CLS:PRINTER;DES:Canon MX920 series;VER:1.020;SERN:0001;"
	return [][]byte{
		message(1, "\x00\x01\x08\x00\x06\x04\x02\x00\x00\x00\x00\x05\xc0\x00\x02\x05"),
		message(0x30, string([]byte{0, byte(len(id) + 2)})+id),
	}
}

func TestProbe(t *testing.T) {
	t.Parallel()
	probetest.Run(t, bjnp.Probe(), []probetest.Case{
		{Name: "printer", Answer: printer()[0], Then: printer()[1:], Want: map[string]string{
			"service.protocol": "udp/8611/bjnp", "bjnp.class": "PRINTER", "bjnp.kind": "printer",
			"bjnp.mac": "02:00:00:00:00:05", "bjnp.manufacturer": "Canon", "bjnp.model": "MX920 series",
			"bjnp.serial": "0001", "bjnp.version": "1.020",
		}},
	})
}

func FuzzProbe(f *testing.F) { probetest.Fuzz(f, bjnp.Probe(), printer()[0]) }
