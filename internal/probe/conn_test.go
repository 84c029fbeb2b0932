package probe_test

import (
	"net"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
)

// FuzzAnswer gives a connection what a device may make a probe say: the path that
// an answer leads to, and the value of a fact.
func FuzzAnswer(f *testing.F) {
	f.Add("/description.xml", "TP-LINK\x00")
	f.Add("/x HTTP/1.1\r\nHost: other", strings.Repeat("\xff", 2000))
	f.Fuzz(func(t *testing.T, path, value string) {
		p := chatter()
		c := probe.NewConn(&net.TCPConn{}, &p, probe.Target{}, probe.Patience{}, time.Time{}, func(_, value string) {
			if len(value) > heron.MaxObservationValue || !utf8.ValidString(value) || strings.ContainsAny(value, "\r\n\x00\x1b") {
				t.Fatalf("told %q", value)
			}
		})
		c.Emit("key", value)
		c.Follow(probe.Follow{Probe: "http", Path: path})
		for _, f := range c.Follows() {
			if strings.ContainsAny(f.Path, " \r\n\x00") {
				t.Fatalf("leads to %q", f.Path)
			}
		}
	})
}
