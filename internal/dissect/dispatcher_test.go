package dissect_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/wire"
)

// talk is a flow of the tests: a dispatcher, and what it told.
type talk struct {
	d    *dissect.Dispatcher
	out  *dissecttest.Recorder
	flow heron.FlowScratch
	now  heron.Time
}

func newTalk(list ...dissect.Protocol) *talk {
	out := dissecttest.NewRecorder(dissect.CollectorConfig{})
	return &talk{d: dissect.NewDispatcher(list, out.Collector), out: out, now: heron.Second}
}

// say sends a payload over a transport, between port 40000 and the server's port.
func (k *talk) say(over heron.Transport, port uint16, fromClient bool, payload string) heron.Verdict {
	k.now += heron.Second
	m := heron.Message{
		Time: k.now, Transport: over, FromClient: fromClient, Flow: &k.flow, Payload: []byte(payload),
		Src: end(12), Dst: end(5), SrcPort: 40000, DstPort: port,
	}
	if !fromClient {
		m.Src, m.Dst, m.SrcPort, m.DstPort = m.Dst, m.Src, m.DstPort, m.SrcPort
	}
	return k.d.Message(&m)
}

// told returns the keys and values learned, in order.
func (k *talk) told() []string {
	obs, _ := k.out.Drain()
	var all []string
	for _, o := range obs {
		all = append(all, o.Key+"="+o.Value)
	}
	return all
}

func (k *talk) want(t *testing.T, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, k.told()); diff != "" {
		t.Error(diff)
	}
}

// prefixed is a protocol whose messages begin with its name and a colon.
func prefixed(name string, over dissect.Over, ports ...uint16) dissect.Protocol {
	start := []byte(name + ":")
	return dissect.Protocol{
		Name: name, Over: over, Ports: ports,
		Probe: func(b []byte, _ bool) bool { return bytes.HasPrefix(b, start) },
		Dissect: func(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
			b := r.Rest()
			if !bytes.HasPrefix(b, start) {
				return heron.Verdict{}, dissect.ErrNotMine
			}
			out.Observe(m.Sender(), name, bytes.TrimPrefix(b, start))
			return heron.Verdict{Consumed: len(b)}, nil
		},
	}
}

func TestThePortIsAHintAndTheContentDecides(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		port uint16
		text string
		want []string
	}{
		{"own port", 1, "one:x", []string{"one=x", "client.protocol=one"}},
		{"no port", 9, "one:x", []string{"one=x", "client.protocol=one"}},
		{"another's port", 2, "one:x", []string{"one=x", "client.protocol=one"}},
		{"nobody's", 1, "three:x", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			k := newTalk(prefixed("one", dissect.OverUDP, 1), prefixed("two", dissect.OverUDP, 2))
			k.say(heron.UDP, c.port, true, c.text)
			k.want(t, c.want...)
		})
	}
}

func TestTheServicesProtocolIsToldWhenTheServerSpeaksIt(t *testing.T) {
	t.Parallel()
	k := newTalk(prefixed("one", dissect.OverTCP, 1))
	k.say(heron.TCP, 1, true, "one:q")
	k.want(t, "one=q", "client.protocol=one")
	k.say(heron.TCP, 1, false, "one:a")
	k.say(heron.TCP, 1, false, "one:a")
	k.want(t, "one=a", "service.protocol=tcp/1/one")
}

func TestAnAnswerThatComesFirstIsTheServers(t *testing.T) {
	t.Parallel()
	k := newTalk(prefixed("one", dissect.OverUDP, 40000)) // the sender's port, in say
	k.say(heron.UDP, 555, true, "one:a")
	k.want(t, "one=a", "service.protocol=udp/40000/one")
}

func TestAFlowInWhichNothingIsFoundIsSettled(t *testing.T) {
	t.Parallel()
	k := newTalk(prefixed("one", dissect.OverUDP, 1))
	n := 0
	for !k.say(heron.UDP, 1, true, "something else").Done && n < 100 {
		n++
	}
	if n > 20 || !k.flow.Settled {
		t.Errorf("settled %t after %d messages", k.flow.Settled, n)
	}
}

func TestGreetingsOfUnknownServicesAreKeptAndNothingThatClientsSay(t *testing.T) {
	t.Parallel()
	group := heron.Endpoint{MAC: heron.MAC{255, 255, 255, 255, 255, 255}, IP: end(255).IP}
	for _, c := range []struct {
		name  string
		over  heron.Transport
		steps []string // "<" from the server, ">" from the client, "*" from the client to all
		want  []string
	}{
		{"server first", heron.TCP, []string{"<220 example FTP\r\n", ">PASS secret", "<230 welcome"}, []string{"banner=220 example FTP"}},
		{"client first", heron.TCP, []string{">LOGIN bob secret", "<OK token secret"}, nil},
		{"binary", heron.TCP, []string{"<abc\x00\x01\x02defghijk"}, nil},
		{"answer", heron.UDP, []string{">HF-A11ASSISTHREAD", "<192.0.2.5,020000000005,X\x00"}, []string{"banner=192.0.2.5,020000000005,X"}},
		{"call to all", heron.UDP, []string{"*HF-A11ASSISTHREAD"}, []string{"banner=HF-A11ASSISTHREAD"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			k := newTalk(prefixed("one", dissect.OverTCP|dissect.OverUDP, 1))
			for _, s := range c.steps {
				if s[0] != '*' {
					k.say(c.over, 1, s[0] == '>', s[1:])
					continue
				}
				k.d.Message(&heron.Message{
					Time: k.now, Transport: c.over, FromClient: true, Flow: &k.flow, Payload: []byte(s[1:]),
					Src: end(12), Dst: group, SrcPort: 40000, DstPort: 1,
				})
			}
			k.want(t, c.want...)
		})
	}
}

func TestAStreamThatChangesHandsIsFollowed(t *testing.T) {
	t.Parallel()
	k := newTalk(prefixed("one", dissect.OverTCP, 1), prefixed("two", dissect.OverTCP))
	k.say(heron.TCP, 1, true, "one:x")
	k.say(heron.TCP, 1, true, "two:y")
	k.want(t, "one=x", "client.protocol=one", "two=y")
	if got := k.d.ProtocolName(k.flow.Protocol - 1); got != "two" {
		t.Errorf("the flow's protocol is %q", got)
	}
}

func TestAPanicIsCountedAndSettlesTheFlow(t *testing.T) {
	t.Parallel()
	p := prefixed("one", dissect.OverUDP, 1)
	p.Dissect = func(*wire.Reader, *heron.Message, dissect.Emitter) (heron.Verdict, error) { panic("bug") }
	k := newTalk(p)
	if v := k.say(heron.UDP, 1, true, "x"); !v.Done || k.d.Faults() != 1 || !k.flow.Settled {
		t.Errorf("verdict %+v, faults %d, settled %t", v, k.d.Faults(), k.flow.Settled)
	}
	k.say(heron.UDP, 1, true, "x")
	if k.d.Faults() != 1 {
		t.Error("a settled flow was looked at again")
	}
	// Another flow: counted again, told once, with the shape of the message only.
	k.flow = heron.FlowScratch{}
	k.say(heron.UDP, 1, true, "user=Admin7\x00")
	_, events := k.out.Drain()
	if len(events) != 1 || k.d.Faults() != 2 {
		t.Fatalf("%d faults, events %+v", k.d.Faults(), events)
	}
	e := events[0]
	if e.Kind != dissect.KindFault || e.Attrs["protocol"] != "one" || e.Attrs["reason"] != "bug" || e.Attrs["sample"] != "61" ||
		!strings.HasPrefix(e.Attrs["where"], "internal/dissect_test.TestAPanic") {
		t.Errorf("got %+v", e)
	}
}

func TestADatagramMayNeedASecondOne(t *testing.T) {
	t.Parallel()
	// "two" is told by two datagrams with the same first byte.
	two := dissect.Protocol{
		Name: "two", Over: dissect.OverUDP, Ports: []uint16{1}, Spec: "none",
		Dissect: func(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
			first := byte(r.U8())
			switch m.Flow.Data[0] {
			case 0:
				m.Flow.Data[0] = first
				return heron.Verdict{Undecided: true}, nil
			case first:
				out.ObserveString(m.Sender(), "two", "yes")
				return heron.Verdict{Done: true}, nil
			}
			return heron.Verdict{}, dissect.ErrNotMine
		},
	}
	other := prefixed("other", dissect.OverUDP, 1)
	k := newTalk(two, other)
	k.say(heron.UDP, 1, true, "ax")
	k.say(heron.UDP, 1, true, "ay")
	if got := k.d.ProtocolName(k.flow.Protocol - 1); got != "two" || !k.flow.Settled {
		t.Errorf("named %q", got)
	}
	// One that fails the second look begins anew, and tells nothing.
	k = newTalk(two, other)
	k.say(heron.UDP, 1, true, "ax")
	k.say(heron.UDP, 1, true, "bx")
	obs, _ := k.out.Drain()
	if k.flow.Candidate != 1 || k.flow.Data[0] != 'b' || k.flow.Protocol != 0 || len(obs) != 0 {
		t.Errorf("flow %+v, told %v", k.flow, obs)
	}
}

func TestAProbeIsAskedOnlyOfItsFirstBytes(t *testing.T) {
	t.Parallel()
	asked := ""
	p := dissect.Protocol{
		Name: "x", Over: dissect.OverUDP, Spec: "none", Starts: []byte("xX"),
		Probe: func(b []byte, _ bool) bool { asked += string(b[:1]); return false },
		Dissect: func(*wire.Reader, *heron.Message, dissect.Emitter) (heron.Verdict, error) {
			return heron.Verdict{}, nil
		},
	}
	k := newTalk(p)
	for _, s := range []string{"a", "x", "b", "X"} {
		k.say(heron.UDP, 9, true, s)
	}
	if asked != "xX" {
		t.Errorf("asked of %q", asked)
	}
}

// lines is a protocol of lines, framed by the dispatcher.
func lines(dissectLine func(line string) error) dissect.Protocol {
	return dissect.Protocol{
		Name: "lines", Over: dissect.OverTCP, Ports: []uint16{1}, EveryMessage: true,
		Frame: func(b []byte) (int, error) { return bytes.IndexByte(b, '\n') + 1, nil },
		Dissect: func(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
			line := string(r.Line(100))
			out.ObserveString(m.Sender(), "line", line)
			return heron.Verdict{Done: true}, dissectLine(line)
		},
	}
}

func TestFramesAreHandedOverOneByOneAndTheRestIsLeft(t *testing.T) {
	t.Parallel()
	k := newTalk(lines(func(string) error { return nil }))
	if v := k.say(heron.TCP, 1, true, "a\nb\nc"); v.Consumed != 4 || v.Done {
		t.Errorf("verdict %+v", v)
	}
	k.want(t, "line=a", "client.protocol=lines", "line=b")
}

func TestAMalformedFrameIsCountedAndTheNextOneRead(t *testing.T) {
	t.Parallel()
	k := newTalk(lines(func(line string) error {
		if line == "bad" {
			return errors.New("bad")
		}
		return nil
	}))
	k.say(heron.TCP, 1, true, "a\nbad\nb\n")
	if k.d.Malformed() != 1 {
		t.Errorf("malformed %d", k.d.Malformed())
	}
	k.want(t, "line=a", "client.protocol=lines", "line=bad", "line=b")
}

func TestWhatADissectorSkipsIsNotOfferedAgain(t *testing.T) {
	t.Parallel()
	p := prefixed("one", dissect.OverTCP, 1)
	read := p.Dissect
	p.Dissect = func(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
		v, err := read(r, m, out)
		v.Consumed = min(v.Consumed, 5) + 10
		return v, err
	}
	k := newTalk(p)
	k.say(heron.TCP, 1, true, "one:a")
	k.say(heron.TCP, 1, true, "one:hidden"[:10])
	k.say(heron.TCP, 1, true, "one:b")
	k.want(t, "one=a", "client.protocol=one", "one=b")
}

func TestAGapEndsTheSkipping(t *testing.T) {
	t.Parallel()
	k := newTalk(prefixed("one", dissect.OverTCP, 1))
	k.flow.Skip = [2]uint32{1000, 1000}
	k.say(heron.TCP, 1, true, "one:hidden")
	m := heron.Message{
		Time: k.now, Transport: heron.TCP, FromClient: true, Flow: &k.flow, Payload: []byte("one:seen"), Gap: true,
		Src: end(12), Dst: end(5), SrcPort: 40000, DstPort: 1,
	}
	k.d.Message(&m)
	k.want(t, "one=seen", "client.protocol=one")
}

func TestAFrameGoesToItsEtherType(t *testing.T) {
	t.Parallel()
	k := newTalk(
		dissect.Protocol{Name: "a", Over: dissect.OverLink, EtherTypes: []uint16{0x88cc}, Dissect: observe("a", nil)},
		dissect.Protocol{Name: "b", Over: dissect.OverLink, EtherTypes: []uint16{0x88cc}, Dissect: observe("b", nil)},
		dissect.Protocol{Name: "llc", Over: dissect.OverLink, EtherTypes: []uint16{0}, Dissect: observe("llc", nil)},
	)
	for _, ether := range []uint16{0x88cc, 0x0026, 0x9999} {
		k.d.Message(&heron.Message{Time: k.now, Transport: heron.Link, EtherType: ether, Src: end(12), Payload: []byte("x")})
	}
	k.want(t, "a=x", "llc=x")
}

func TestICMPGoesByType(t *testing.T) {
	t.Parallel()
	k := newTalk(
		dissect.Protocol{Name: "a", Over: dissect.OverICMP, Ports: []uint16{135}, Dissect: observe("a", nil)},
	)
	for _, c := range []struct {
		kind uint16
		done bool
	}{{135, false}, {128, true}} {
		var f heron.FlowScratch
		v := k.d.Message(&heron.Message{Time: k.now, Transport: heron.ICMP, SrcPort: c.kind, Src: end(12), Payload: []byte("x"), Flow: &f})
		if v.Done != c.done {
			t.Errorf("type %d: done %t, want %t", c.kind, v.Done, c.done)
		}
	}
	k.want(t, "a=x")
}

// observe is a Dissect that tells its payload.
func observe(key string, err error) func(*wire.Reader, *heron.Message, dissect.Emitter) (heron.Verdict, error) {
	return func(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
		out.Observe(m.Sender(), key, r.Rest())
		return heron.Verdict{}, err
	}
}

func TestAKnownFlowCostsNoAllocation(t *testing.T) { // alone: allocations are counted
	k := newTalk(prefixed("one", dissect.OverUDP, 1))
	payload := []byte("one:x")
	m := heron.Message{
		Time: k.now, Transport: heron.UDP, FromClient: true, Flow: &k.flow, Payload: payload,
		Src: end(12), Dst: end(5), SrcPort: 40000, DstPort: 1,
	}
	k.d.Message(&m)
	k.out.Drain()
	if n := testing.AllocsPerRun(100, func() { k.d.Message(&m) }); n != 0 {
		t.Errorf("%.0f allocations a message", n)
	}
}

// FuzzMessage gives a dispatcher of several protocols the two halves of arbitrary
// bytes: it must not fault, nor consume more than there is.
func FuzzMessage(f *testing.F) {
	f.Add([]byte("one:x"), 2, true)
	f.Add([]byte("a\nbad\nb\n"), 3, false)
	f.Fuzz(func(t *testing.T, in []byte, cut int, stream bool) {
		k := newTalk(prefixed("one", dissect.OverTCP|dissect.OverUDP, 1), lines(func(string) error { return nil }))
		over := heron.UDP
		if stream {
			over = heron.TCP
		}
		cut = max(0, min(cut, len(in)))
		for _, part := range [][]byte{in[:cut], in[cut:], in} {
			v := k.say(over, 1, len(part)%2 == 0, string(part))
			if v.Consumed < 0 || v.Consumed > len(part) || k.d.Faults() != 0 {
				t.Fatalf("verdict %+v on %d bytes, %d faults", v, len(part), k.d.Faults())
			}
		}
	})
}

func TestAFlowThatChangesHandsIsAStrangerToTheNext(t *testing.T) {
	t.Parallel()
	second := prefixed("second", dissect.OverTCP)
	dissectSecond := second.Dissect
	second.Dissect = func(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
		if m.Flow.Protocol == 1 {
			t.Error("it takes the flow of another for its own")
		}
		return dissectSecond(r, m, out)
	}
	k := newTalk(prefixed("first", dissect.OverTCP, 1), second)
	k.say(heron.TCP, 1, true, "first:hello")
	k.say(heron.TCP, 1, true, "second:hello")
	if k.flow.Before != 1 || k.flow.Protocol != 2 {
		t.Errorf("flow %+v", k.flow)
	}
	k.say(heron.TCP, 1, true, "nobody's words")
	if k.flow.Before != 1 || k.flow.Protocol != 2 {
		t.Errorf("after what nobody knows: flow %+v", k.flow)
	}
}

func TestAStreamThatBeganLateIsLookedAtSegmentBySegment(t *testing.T) {
	t.Parallel()
	k := newTalk(prefixed("one", dissect.OverTCP, 1))
	m := heron.Message{
		Time: k.now, Transport: heron.TCP, FromClient: true, Flow: &k.flow, Payload: []byte("the end of something"), Gap: true,
		Src: end(12), Dst: end(5), SrcPort: 40000, DstPort: 1,
	}
	if v := k.d.Message(&m); v.Consumed != len(m.Payload) {
		t.Errorf("consumed %d of %d", v.Consumed, len(m.Payload))
	}
	k.say(heron.TCP, 1, true, "one:x")
	if k.flow.Protocol != 1 {
		t.Errorf("flow %+v", k.flow)
	}
	// One that was seen from its start keeps what nobody knows yet.
	k = newTalk(prefixed("one", dissect.OverTCP, 1))
	if v := k.say(heron.TCP, 1, true, "something unknown"); v.Consumed != 0 {
		t.Errorf("consumed %d", v.Consumed)
	}
}

// TestWhatAMessageCarriesIsCountedAsWell checks that a flow has the name of a
// protocol that rides inside its own, with a dissector or without.
func TestWhatAMessageCarriesIsCountedAsWell(t *testing.T) {
	t.Parallel()
	outer, inner := prefixed("outer", dissect.OverTCP, 1000), prefixed("inner", dissect.OverTCP, 2000)
	outer.Carries = []string{"lone", "inner"}
	read := outer.Dissect
	outer.Dissect = func(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
		v, err := read(r, m, out)
		for _, name := range outer.Carries {
			if bytes.Contains(m.Payload, []byte(name)) {
				v.Carries = name
			}
		}
		return v, err
	}
	for _, name := range outer.Carries {
		k := newTalk(inner, outer)
		k.say(heron.TCP, 1000, true, "outer: nothing")
		if k.flow.Before != 0 {
			t.Error("it carries nothing yet")
		}
		k.say(heron.TCP, 1000, false, "outer: "+name)
		k.say(heron.TCP, 1000, true, "outer: more")
		if got := k.d.ProtocolName(k.flow.Before-1) + " in " + k.d.ProtocolName(k.flow.Protocol-1); got != name+" in outer" {
			t.Error(got)
		}
	}
}
