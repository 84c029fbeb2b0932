package dissect_test

import (
	"strings"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// hushed is a protocol that knows messages of one octet at a glance.
func hushed() dissect.Protocol {
	p := prefixed("one", dissect.OverUDP|dissect.OverTCP, 1)
	of := p.Dissect
	p.Dissect = func(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
		m.Flow.Quiet = true
		return of(r, m, out)
	}
	p.Quiet = func(f *heron.FlowScratch, b []byte, _ bool) bool {
		f.Data[0]++
		return len(b) == 1
	}
	return p
}

func TestOnlyASideThatWasToldIsQuiet(t *testing.T) {
	t.Parallel()
	k := newTalk(hushed())
	quiet := func(fromClient bool, b string) bool { return k.d.Quiet(&k.flow, []byte(b), fromClient) }
	if quiet(true, ".") {
		t.Error("a flow of no protocol is quiet")
	}
	k.say(heron.UDP, 1, true, "one:q")
	if !k.flow.Quiet || !quiet(true, ".") || quiet(false, ".") || quiet(true, "..") {
		t.Error("the client was told, and nobody else")
	}
	k.say(heron.UDP, 1, false, "one:a")
	k.flow.Tries = 3
	if !quiet(false, ".") || k.flow.Tries != 0 {
		t.Error("a message that was known is no try in vain")
	}
	k.flow.Skip[1] = 5
	if quiet(false, ".") || !quiet(true, ".") {
		t.Error("what is to be passed over is the server's")
	}
}

func TestAFlowThatTurnsIsNotQuiet(t *testing.T) {
	t.Parallel()
	k := newTalk(hushed(), prefixed("two", dissect.OverUDP))
	k.say(heron.UDP, 1, true, "one:q")
	k.say(heron.UDP, 1, true, "neither")
	if !k.flow.Quiet {
		t.Error("what nobody knew ended it")
	}
	k.say(heron.UDP, 1, true, "two:x")
	if k.flow.Quiet {
		t.Error("another protocol's flow is quiet")
	}
}

func TestAPanicAtAGlanceIsCounted(t *testing.T) {
	t.Parallel()
	p := hushed()
	p.Quiet = func(*heron.FlowScratch, []byte, bool) bool { panic("bug") }
	k := newTalk(p)
	k.say(heron.UDP, 1, true, "one:q")
	k.out.Drain()
	if k.d.Quiet(&k.flow, []byte("one:b"), true) || k.flow.Quiet {
		t.Error("the message is quiet, or those to come are")
	}
	k.say(heron.UDP, 1, true, "one:b")
	_, events := k.out.Drain()
	if len(events) != 1 || k.d.Faults() != 1 || k.flow.Settled {
		t.Fatalf("%d faults, events %+v, settled %t", k.d.Faults(), events, k.flow.Settled)
	}
	if e := events[0]; e.Kind != dissect.KindFault || e.Attrs["protocol"] != "one" || e.Attrs["sample"] != "6161613a61" ||
		!strings.HasPrefix(e.Attrs["where"], "internal/dissect_test.TestAPanic") {
		t.Errorf("got %+v", e)
	}
}
