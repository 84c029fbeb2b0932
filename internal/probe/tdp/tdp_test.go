package tdp_test

import (
	"encoding/binary"
	"testing"

	"github.com/heron-iot/heron/internal/probe/probetest"
	"github.com/heron-iot/heron/internal/probe/tdp"
)

func answer() []byte {
	const body = `{"result":{"device_id":"0123","device_type":"SMART.TAPOPLUG","device_model":"P100(US)","mac":"02-00-00-00-00-05","hw_ver":"1.0"},"error_code":0}`
	b := binary.BigEndian.AppendUint16([]byte{2, 0, 0, 1}, uint16(len(body)))
	return append(append(b, 0x11, 0, 0, 0, 0, 7, 1, 2, 3, 4), body...)
}

func TestProbe(t *testing.T) {
	t.Parallel()
	probetest.Run(t, tdp.Probe(), []probetest.Case{{Name: "plug", Answer: answer(), Want: map[string]string{
		"service.protocol": "udp/20002/tdp", "tplink.device_id": "0123", "tplink.type": "SMART.TAPOPLUG", "tplink.model": "P100(US)",
		"tplink.mac": "02-00-00-00-00-05", "tplink.hw_ver": "1.0",
	}}})
}

func FuzzProbe(f *testing.F) { probetest.Fuzz(f, tdp.Probe(), answer()) }
