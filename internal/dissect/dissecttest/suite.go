package dissecttest

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
)

// Suite is a dissector and the conversations that show what it can do.
type Suite struct {
	// Protocol returns a fresh dissector.
	Protocol      func() dissect.Protocol
	Conversations []Conversation
	// Allocs is how many allocations a replay of each conversation may cost once
	// all its facts are known: what its events need, and nothing else.
	Allocs float64
	// PortOnly says that the protocol cannot be told by its content.
	PortOnly bool
}

// Run runs the whole suite but the fuzzing.
func (s Suite) Run(t *testing.T) {
	t.Helper()
	t.Run("describes_itself", s.describes)
	for _, c := range s.Conversations {
		c = c.withDefaults()
		t.Run(c.Name, func(t *testing.T) {
			t.Run("golden", func(t *testing.T) { s.golden(t, c) })
			t.Run("every_prefix", func(t *testing.T) { s.prefixes(t, c) })
			t.Run("every_cut", func(t *testing.T) { s.cuts(t, c) })
			t.Run("no_port", func(t *testing.T) { s.noPort(t, c) })
			t.Run("in_frames", func(t *testing.T) { s.frames(t, c) })
			t.Run("allocations", func(t *testing.T) { s.allocations(t, c) })
		})
	}
	t.Run("says_nothing_about_others", s.foreign)
}

// describes checks that the dissector states what it must.
func (s Suite) describes(t *testing.T) {
	p := s.Protocol()
	if p.Name == "" || p.Name != strings.ToLower(p.Name) || p.Over == 0 || p.Spec == "" || p.Dissect == nil {
		t.Errorf("incomplete: name %q, over %b, spec %q", p.Name, p.Over, p.Spec)
	}
	if len(s.Conversations) == 0 {
		t.Error("no conversation")
	}
	if p.Probe == nil && p.Starts != nil {
		t.Error("Starts without Probe")
	}
	if s.PortOnly != (p.Probe == nil && p.Over&portless == 0) {
		t.Error("PortOnly and Probe disagree")
	}
}

// portless are what has other numbers than ports to be found by.
const portless = dissect.OverLink | dissect.OverICMP | dissect.OverIP

// session is a dispatcher of one dissector, with its collector.
func (s Suite) session() (*player, *Recorder) {
	out := NewRecorder(dissect.CollectorConfig{})
	return &player{dispatcher: dissect.NewDispatcher([]dissect.Protocol{s.Protocol()}, out.Collector)}, out
}

// replay plays c once and returns what was learned, as text.
func (s Suite) replay(t *testing.T, c Conversation, segment int) string {
	t.Helper()
	p, out := s.session()
	p.segment, p.scramble = segment, true
	p.play(&c)
	if p.dispatcher.Faults() != 0 {
		t.Fatal("the dissector panicked")
	}
	return Describe(out.Drain())
}

func (s Suite) golden(t *testing.T, c Conversation) {
	got := s.replay(t, c, 0)
	name := filepath.Join("testdata", c.Name+".golden")
	if os.Getenv("GOLDEN") == "update" {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatalf("%v: make it with GOLDEN=update go test, then read it", err)
	}
	if got != string(want) {
		t.Errorf("GOLDEN=update go test rewrites it:\n%s", difference(string(want), got))
	}
}

// prefixes cuts each message everywhere: nothing may panic. Far into a long
// message, where only data is, it goes in steps.
func (s Suite) prefixes(t *testing.T, c Conversation) {
	for i := range c.Steps {
		for n := 0; n < len(c.Steps[i].Payload); n += 1 + n/1024*61 {
			cut := c
			cut.Steps = slices.Clone(c.Steps[:i+1])
			cut.Steps[i].Payload = c.Steps[i].Payload[:n]
			p, _ := s.session()
			p.play(&cut)
			if p.dispatcher.Faults() != 0 {
				t.Fatalf("panic on message %d cut to %d bytes", i, n)
			}
		}
	}
}

// cuts splits a stream into segments of several sizes, which must not change
// what is learned.
func (s Suite) cuts(t *testing.T, c Conversation) {
	if c.Transport != heron.TCP {
		t.Skip("a datagram is not cut: nothing to mend, there is no stream here")
	}
	want, total := s.replay(t, c, 0), 0
	for i := range c.Steps {
		total += len(c.Steps[i].Payload)
	}
	for _, size := range []int{1, 2, 3, 7, 100} {
		if total/size > 10_000 {
			continue // a long stream, byte by byte, says nothing that a short one does not
		}
		if diff := difference(want, s.replay(t, c, size)); diff != "" {
			t.Errorf("in segments of %d bytes:\n%s", size, diff)
		}
	}
}

// difference lists the lines that only one of two texts has, in whatever order:
// how a stream is cut may move a fact before another.
func difference(want, got string) string {
	var b strings.Builder
	count := map[string]int{}
	for line := range strings.Lines(want) {
		count[line]++
	}
	for line := range strings.Lines(got) {
		if count[line]--; count[line] < 0 {
			b.WriteString("+ " + line)
		}
	}
	for line := range strings.Lines(want) {
		if count[line] > 0 {
			count[line]--
			b.WriteString("- " + line)
		}
	}
	return b.String()
}

// noPort moves the conversation to a port that says nothing: what has a Probe
// is found still, what has none is left alone.
func (s Suite) noPort(t *testing.T, c Conversation) {
	if c.Transport == heron.Link || c.Transport == heron.ICMP || c.Transport == heron.OtherIP {
		t.Skip("it has no port: nothing to mend")
	}
	c.ServerPort, c.ClientPort = 29999, 49152
	got := s.replay(t, c, 0)
	if want := !s.PortOnly && !c.PortOnly; want != (got != "") {
		t.Errorf("found without its port: %t, want %t", got != "", want)
	}
}

// allocations replays the conversation until all is known, then counts.
func (s Suite) allocations(t *testing.T, c Conversation) {
	p, out := s.session()
	for range 3 {
		p.play(&c)
		out.Drain()
	}
	if got := testing.AllocsPerRun(100, func() { p.play(&c) }); got > s.Allocs {
		t.Errorf("%.0f allocations a replay, budget %.0f", got, s.Allocs)
	}
}

// foreign puts other protocols on the dissector's port: it must say nothing.
func (s Suite) foreign(t *testing.T) {
	p := s.Protocol()
	for _, f := range strangers() {
		if f.protocol == p.Name || slices.Contains(f.kin, p.Name) {
			continue
		}
		for _, c := range f.on(&p) {
			for line := range strings.Lines(s.replay(t, c.withDefaults(), 0)) {
				if !strings.Contains(line, "  "+heron.KeyBanner+" = ") { // the dispatcher's, of a protocol not known
					t.Errorf("%s on its port: %s", f.protocol, line)
				}
			}
		}
	}
}

// Fuzz gives arbitrary messages to the dissector, in both directions: it must
// not panic, must say the same twice, and must not keep its input.
func (s Suite) Fuzz(f *testing.F) {
	for _, c := range s.Conversations {
		for _, step := range c.Steps {
			f.Add(step.Payload, step.FromClient, 1500)
		}
		for i := 1; i < len(c.Steps); i++ {
			f.Add(append(slices.Clone(c.Steps[i-1].Payload), c.Steps[i].Payload...), true, len(c.Steps[i-1].Payload))
		}
	}
	base := s.Conversations[0].withDefaults()
	quiet := s.Protocol().Quiet
	f.Fuzz(func(t *testing.T, in []byte, fromClient bool, cut int) {
		c := base
		cut = max(0, min(cut, len(in)))
		c.Steps = []Step{{fromClient, in[:cut]}, {!fromClient, in[cut:]}, {fromClient, in}}
		first := s.replay(t, c, 0)
		p, out := s.session()
		p.play(&c)
		if again := Describe(out.Drain()); again != first {
			t.Fatalf("re-used buffers or a second run changed the result:\n%s", difference(first, again))
		}
		if quiet != nil { // whatever is known of the flow
			flow := heron.FlowScratch{Data: p.flow.Data}
			quiet(&flow, in, fromClient)
			copy(flow.Data[:], in)
			quiet(&flow, in[cut:], fromClient)
		}
	})
}

// Describe writes what was learned as a person would check it: a line for each
// observation, then one for each event, without times.
func Describe(obs []heron.Observation, events []heron.Event) string {
	var b strings.Builder
	for i := range obs {
		o := &obs[i]
		fmt.Fprintf(&b, "%s  %s = %q", place(o.Subject), o.Key, o.Value)
		if o.Count > 1 {
			fmt.Fprintf(&b, " x%d", o.Count)
		}
		b.WriteByte('\n')
	}
	for i := range events {
		e := &events[i]
		fmt.Fprintf(&b, "event %s  %s > %s ", e.Kind, place(heron.Subject{Endpoint: e.Src}), place(heron.Subject{Endpoint: e.Dst}))
		for _, k := range slices.Sorted(maps.Keys(e.Attrs)) {
			fmt.Fprintf(&b, " %s=%q", k, e.Attrs[k])
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func place(s heron.Subject) string {
	who := s.MAC.String()
	if s.IP.IsValid() {
		who = strings.TrimPrefix(who+"/"+s.IP.String(), "/")
	}
	if s.Port != 0 {
		who += fmt.Sprintf(" %s/%d", s.Transport, s.Port)
	}
	return who
}
