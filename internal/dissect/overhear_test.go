package dissect_test

import (
	"iter"
	"net/netip"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/dissect/all"
)

// said yields the payloads of a conversation that the client begins, in turns.
func said(turns ...string) iter.Seq2[bool, []byte] {
	return func(yield func(bool, []byte) bool) {
		for i, text := range turns {
			if !yield(i%2 == 0, []byte(text)) {
				return
			}
		}
	}
}

func TestOverhear(t *testing.T) {
	t.Parallel()
	server := heron.Subject{
		Endpoint: heron.Endpoint{IP: netip.MustParseAddr("192.0.2.7")}, Transport: heron.TCP, Port: 80,
	}
	request := "GET / HTTP/1.1\r\nHost: 192.0.2.7\r\nUser-Agent: us\r\n\r\n"
	got := map[string]string{}
	// The answer comes in two pieces.
	for _, o := range dissect.Overhear(all.Protocols(), server, heron.Second, said(request, "HTTP/1.0 200 OK\r\nServ", "", "er: Boa/0.94\r\n\r\n")) {
		if o.IP != server.IP || o.First != heron.Second {
			t.Errorf("%+v", o)
		}
		got[o.Key] = o.Value
	}
	if got["http.server"] != "Boa/0.94" || got["service.protocol"] != "tcp/80/http" || got["http.user_agent"] != "" {
		t.Errorf("learned %v", got)
	}
}
