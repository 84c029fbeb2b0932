package http2_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	dissector "github.com/heron-iot/heron/internal/dissect/http2"
	"github.com/heron-iot/heron/internal/proto/http2"
)

func block(fields ...string) []byte {
	var b []byte
	for i := 0; i+1 < len(fields); i += 2 {
		b = http2.AppendField(b, fields[i], fields[i+1])
	}
	return b
}

func headers(b []byte) []byte {
	return http2.AppendFrame(nil, http2.FrameHeaders, http2.FlagEndHeaders, 1, b)
}

func join(parts ...[]byte) []byte {
	var all []byte
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

func suite() dissecttest.Suite {
	c, s := dissecttest.C[[]byte], dissecttest.S[[]byte]
	ours := http2.AppendSettings(nil, http2.Setting{ID: 1, Value: 65536}, http2.Setting{ID: 4, Value: 6291456})
	theirs := http2.AppendSettings(nil, http2.Setting{ID: 3, Value: 100})
	ack := http2.AppendFrame(nil, http2.FrameSettings, http2.FlagAck, 0, nil)
	start := c(join([]byte(http2.Preface), ours))
	request := block(":method", "GET", ":path", "/api/v1?key=1", ":authority", "Hub.Example:8080", "user-agent", "grpc-go/1.60")
	answer := block(":status", "200", "server", "envoy", "content-type", "application/grpc")
	data := http2.AppendFrame(nil, http2.FrameData, 0, 1, make([]byte, 16384))
	talk := func(name string, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.TCP, ServerPort: 50051, Steps: steps}
	}
	return dissecttest.Suite{
		Protocol: dissector.Protocol,
		Allocs:   4, // the event of a login
		Conversations: []dissecttest.Conversation{
			talk("prior_knowledge", start, s(theirs), c(join(ack, headers(request))), s(join(ack, headers(answer), data)),
				c(headers(http2.AppendIndexed(http2.AppendIndexed(nil, 62), 63))),
				s(headers(block("server", "second answer", "content-type", "not the first")))),
			talk("block_in_two_frames", start, s(theirs),
				c(join(http2.AppendFrame(nil, http2.FrameHeaders, 0, 1, request[:9]),
					http2.AppendFrame(nil, http2.FrameContinuation, http2.FlagEndHeaders, 1, request[9:]))),
				s(http2.AppendFrame(nil, http2.FramePushPromise, http2.FlagEndHeaders, 1,
					append([]byte{0, 0, 0, 2}, block("user-agent", "pushed")...))),
				s(headers(answer))),
			talk("password_wanted", start, s(theirs), c(headers(block("authorization", "Basic YWRtaW46YWRtaW4="))),
				s(headers(block(":status", "401", "www-authenticate", `Digest realm="gateway", nonce="1"`, "x-powered-by", "Express")))),
			talk("compression_is_lost", start, s(theirs), c(headers(http2.AppendIndexed(nil, 90))), c(headers(request)), s(headers(answer))),
			talk("server_speaks_first", s(theirs), start, s(headers(answer))),
		},
	}
}

func TestHTTP2(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
