package dissect_test

import (
	"bytes"
	"slices"
	"strconv"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// announced is a protocol whose messages are facts with commas between.
func announced(plain bool, read *int) dissect.Protocol {
	return dissect.Protocol{
		Name: "announced", Over: dissect.OverUDP, Ports: []uint16{700}, EveryMessage: true, Plain: plain,
		Dissect: func(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
			*read++
			for fact := range bytes.SplitSeq(r.Rest(), []byte(",")) {
				out.Observe(heron.Subject{Endpoint: m.Src}, "fact", fact)
			}
			return heron.Verdict{}, nil
		},
	}
}

// What is announced again and again is counted as if it were read.
func TestPlainMessagesAreReadOnce(t *testing.T) {
	t.Parallel()
	run := func(plain bool) (all []heron.Observation, read int) {
		k := newTalk(announced(plain, &read))
		for i := range 1000 {
			k.out.Tick(k.now + 15*heron.Second)
			k.now += 14 * heron.Second
			k.say(heron.UDP, 700, true, []string{"a,b,c", "a,b,c", "b,a,a", "d"}[i%4])
			if i%5 == 0 {
				k.say(heron.UDP, 700, false, "a,b,c") // of somebody else
			}
			obs, _ := k.out.Drain()
			all = append(all, obs...)
		}
		return all, read
	}
	readsLess(t, run, 20)
}

// Messages that differ in a number that tells nothing are read once, too.
func TestTheGistOfAMessageIsEnough(t *testing.T) {
	t.Parallel()
	run := func(plain bool) (all []heron.Observation, read int) {
		p := announced(plain, &read)
		whole := p.Dissect
		behind := func(b []byte) []byte {
			_, facts, _ := bytes.Cut(b, []byte(":"))
			return facts
		}
		p.Dissect = func(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
			facts := wire.NewReader(behind(r.Rest()))
			return whole(&facts, m, out)
		}
		p.Gist = func(buf, b []byte) []byte { return append(buf, behind(b)...) }
		k := newTalk(p)
		for i := range 200 {
			k.out.Tick(k.now + 15*heron.Second)
			k.now += 14 * heron.Second
			k.say(heron.UDP, 700, true, strconv.Itoa(i)+[]string{":a,b", ":c"}[i%2])
			obs, _ := k.out.Drain()
			all = append(all, obs...)
		}
		return all, read
	}
	readsLess(t, run, 3)
}

// readsLess holds that what is told is the same, so many observations at least,
// whether each message is read or only those that are not plain.
func readsLess(t *testing.T, run func(plain bool) ([]heron.Observation, int), least int) {
	t.Helper()
	want, wantRead := run(false)
	got, read := run(true)
	if !slices.Equal(want, got) || len(got) < least {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if read > wantRead/10 {
		t.Errorf("%d of %d messages were read", read, wantRead)
	}
}
