package rtsp_test

import (
	"testing"

	"github.com/heron-iot/heron/internal/probe/probetest"
	"github.com/heron-iot/heron/internal/probe/rtsp"
)

const (
	options  = "RTSP/1.0 200 OK\r\nCSeq: 1\r\nServer: Hipcam RealServer/V1.0\r\nPublic: OPTIONS, DESCRIBE\r\n\r\n"
	describe = "RTSP/1.0 401 Unauthorized\r\nCSeq: 2\r\nWWW-Authenticate: Digest realm=\"IP Camera\", nonce=\"1a2b\"\r\n\r\n"
)

func TestProbe(t *testing.T) {
	t.Parallel()
	probetest.Run(t, rtsp.Probe(), []probetest.Case{
		{Name: "camera", Answer: []byte(options), Then: [][]byte{[]byte(describe)}, Want: map[string]string{
			"service.protocol": "tcp/554/rtsp", "rtsp.server": "Hipcam RealServer/V1.0",
			"rtsp.www_authenticate": `Digest realm="IP Camera"`,
		}},
	})
}

func FuzzProbe(f *testing.F) { probetest.Fuzz(f, rtsp.Probe(), []byte(options+describe)) }
