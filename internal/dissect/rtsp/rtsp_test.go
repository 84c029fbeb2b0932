package rtsp_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/rtsp"
)

func suite() dissecttest.Suite {
	const url = "rtsp://192.0.2.5:554/live/ch0?user=a"
	c, s := dissecttest.C[string], dissecttest.S[string]
	return dissecttest.Suite{
		Protocol: rtsp.Protocol,
		Allocs:   3, // the event of a login
		Conversations: []dissecttest.Conversation{{
			Name: "camera", Transport: heron.TCP, ServerPort: 554, Steps: []dissecttest.Step{
				c("OPTIONS " + url + " RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: LibVLC/3.0.20\r\n\r\n"),
				s("RTSP/1.0 200 OK\r\nCSeq: 1\r\nServer: Hipcam RealServer/V1.0\r\nPublic: OPTIONS, DESCRIBE\r\n\r\n"),
				c("DESCRIBE " + url + " RTSP/1.0\r\nCSeq: 2\r\n\r\n"),
				s("RTSP/1.0 401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"IP Camera\", nonce=\"1a2b\"\r\n\r\n"),
				c("DESCRIBE " + url + " RTSP/1.0\r\nCSeq: 3\r\nAuthorization: Basic YWRtaW46YWRtaW4=\r\n\r\n"),
				s("RTSP/1.0 200 OK\r\nContent-Type: application/sdp\r\nContent-Length: 42\r\n\r\nv=0\r\ns=Session one\r\na=tool:LIVE555 v2020\r\n"),
				s("$\x00\x00\x04data"),
			},
		}},
	}
}

func TestRTSP(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
