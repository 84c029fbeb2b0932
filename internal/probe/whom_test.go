package probe_test

import (
	"context"
	"errors"
	"io"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
	"github.com/heron-iot/heron/internal/probe/all"
)

// raw is a device that has nothing but the ports where printers print.
func raw(t *testing.T) *fragile {
	heard := func([]byte) ([]byte, bool) { return []byte("@PJL INFO ID\r\n\"Example 1\"\r\n\f"), true }
	d := &fragile{t: t, total: map[uint16]int{}, services: map[uint16]func([]byte) ([]byte, bool){}}
	for port := uint16(9100); port <= 9116; port++ {
		d.services[port] = heard
	}
	return d
}

// TestOnlyPrintersAreSpokenToWhereTheyPrint scans with each profile, with and without
// evidence that the host is a printer.
func TestOnlyPrintersAreSpokenToWhereTheyPrint(t *testing.T) {
	t.Parallel()
	for _, profile := range probe.Profiles() {
		for _, known := range []bool{false, true} {
			d := raw(t)
			o := probe.Options{Probes: all.Probes(), Dial: d.dial, Printer: func(probe.Host) bool { return known }}
			o.Profile(profile)
			o.Ports = append(o.Ports, 9101, 9107, 9116)
			scan(t, o, probe.Host{Addr: loopback})
			want := []string{"\x1b%-12345X@PJL INFO ID\r\n\x1b%-12345X"}
			if !known {
				want = nil
			}
			if !slices.Equal(d.heard, want) {
				t.Errorf("%s, known %v: heard %q, want %q", profile, known, d.heard, want)
			}
			d.check(t)
		}
	}
}

// TestPrinterIsFoundByWhatItAnsweredBefore has the evidence come from the scan itself.
func TestPrinterIsFoundByWhatItAnsweredBefore(t *testing.T) {
	t.Parallel()
	d := raw(t)
	d.services[631] = func([]byte) ([]byte, bool) {
		return []byte("HTTP/1.1 200 OK\r\nContent-Type: application/ipp\r\nContent-Length: 9\r\n\r\n\x02\x00\x00\x00\x00\x00\x00\x01\x03"), true
	}
	printer := false
	o := probe.Options{Probes: all.Probes(), Dial: d.dial, Printer: func(probe.Host) bool { return printer }}
	o.Profile(probe.ProfileStandard)
	s, err := probe.NewScanner(o)
	if err != nil {
		t.Fatal(err)
	}
	asked := false
	err = s.Run(t.Context(), probe.Area{Hosts: []probe.Host{{Addr: loopback}}}, func(a probe.Answer) {
		printer = printer || a.Probe == "ipp" && a.Err == nil
		asked = asked || a.Probe == "pjl"
	})
	if err != nil || !asked {
		t.Errorf("asked %v, %v; heard %q", asked, err, d.heard)
	}
}

// TestOthersNeverWriteWherePrintersPrint runs a probe that is not for printers, and one
// that is, at ports that are not theirs.
func TestOthersNeverWriteWherePrintersPrint(t *testing.T) {
	t.Parallel()
	for _, printers := range []bool{false, true} {
		for port := uint16(9100); port <= 9116; port++ {
			p := chatter("hi")
			p.Printers, p.Allow = printers, func([]byte) error { return nil }
			for _, known := range []bool{false, true} {
				target := probe.Target{Question: probe.Question{Host: loopback, Port: port}, Printer: known}
				err := p.Requests(t.Context(), target)
				if may := printers && known && port == 9100; may != (len(err) > 0) {
					t.Errorf("port %d, for printers %v, known %v: sent %q", port, printers, known, err)
				}
			}
		}
	}
}

func TestPlanTellsOnWhatAPrintersQuestionDepends(t *testing.T) {
	t.Parallel()
	o := probe.Options{Probes: all.Probes()}
	o.Profile(probe.ProfileSafe)
	s, err := probe.NewScanner(o)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, x := range plan(t, s, probe.Host{Addr: loopback}) {
		if x.Probe == "pjl" && x.Send == probe.SendRequest && x.If == probe.IfPrint && strings.Contains(string(x.Bytes), "INFO ID") {
			n++
		}
	}
	if n != 1 {
		t.Errorf("the question is planned %d times, want once", n)
	}
}

// TestThoroughQuestionsAreForThoroughScans has one question that only such scans ask.
func TestThoroughQuestionsAreForThoroughScans(t *testing.T) {
	t.Parallel()
	p := chatter("hi")
	p.Thorough = true
	for _, thorough := range []bool{false, true} {
		s, err := probe.NewScanner(probe.Options{Probes: []probe.Probe{p}, Thorough: thorough})
		if err != nil {
			t.Fatal(err)
		}
		if s.Allowed(&p, probe.Host{Addr: loopback}) != thorough {
			t.Errorf("thorough %v: allowed %v", thorough, !thorough)
		}
	}
}

// TestMakersLimitWhoIsAsked has a question for what Espressif's network cards are in.
func TestMakersLimitWhoIsAsked(t *testing.T) {
	t.Parallel()
	p := chatter("hi")
	p.Makers = []string{"espressif"}
	for _, c := range []struct {
		mac      heron.MAC
		thorough bool
		want     bool
	}{
		{heron.MAC{0x24, 0x0a, 0xc4, 1, 2, 3}, false, true},
		{heron.MAC{0x00, 0x0e, 0x8c, 1, 2, 3}, false, false},
		{heron.MAC{}, false, false},
		{heron.MAC{}, true, true},
	} {
		s, err := probe.NewScanner(probe.Options{Probes: []probe.Probe{p}, Thorough: c.thorough})
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Allowed(&p, probe.Host{Addr: loopback, MAC: c.mac}); got != c.want {
			t.Errorf("%v, thorough %v: %v, want %v", c.mac, c.thorough, got, c.want)
		}
	}
}

// TestMakersAreThoseOfTheRegistry has, for each probe that asks what some makers' network
// cards are in, such cards: the words must fit the names as the registry has them.
func TestMakersAreThoseOfTheRegistry(t *testing.T) {
	t.Parallel()
	cards := map[string][]heron.MAC{
		"bjnp": {{0x00, 0x00, 0x85}}, "crestron": {{0x00, 0x10, 0x7f}}, "eiscp": {{0x00, 0x09, 0xb0}, {0x74, 0x5e, 0x1c}},
		"fins": {{0x00, 0x00, 0x0a}}, "hid_discovery": {{0x00, 0x06, 0x8e}}, "irobot": {{0x80, 0xc5, 0xf2}, {0xac, 0xe0, 0x10}},
		"lantronix": {{0x00, 0x20, 0x4a}}, "lifx": {{0xd0, 0x73, 0xd5}}, "moxa": {{0x00, 0x90, 0xe8}}, "tdp": {{0x50, 0xc7, 0xbf}},
		"tplinksmarthome": {{0x50, 0xc7, 0xbf}}, "ubnt": {{0x24, 0xa4, 0x3c}}, "wiz": {{0xd8, 0xa0, 0x11}, {0xa8, 0xbb, 0x50}, {0x24, 0x0a, 0xc4}},
		"yeelight": {{0x28, 0x6c, 0x07}},
	}
	s, err := probe.NewScanner(probe.Options{Probes: all.Probes()})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range all.Probes() {
		if len(p.Makers) == 0 {
			continue
		}
		if len(cards[p.Name]) == 0 {
			t.Errorf("%s: no network card to try", p.Name)
		}
		for _, m := range cards[p.Name] {
			if !s.Allowed(&p, probe.Host{Addr: loopback, MAC: m}) {
				t.Errorf("%s: would not ask %v", p.Name, m)
			}
		}
	}
}

// TestPlanHoldsWhatTheMakerMayLeadTo plans for a host of which nothing is known yet.
func TestPlanHoldsWhatTheMakerMayLeadTo(t *testing.T) {
	t.Parallel()
	p := chatter("hi")
	p.Transport, p.Ports, p.Makers = heron.UDP, []uint16{38899}, []string{"espressif"}
	s, err := probe.NewScanner(probe.Options{Probes: []probe.Probe{p}, Ports: []uint16{80}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		mac  heron.MAC
		want int
	}{{heron.MAC{}, 1}, {heron.MAC{0x24, 0x0a, 0xc4, 1, 2, 3}, 1}, {heron.MAC{0x00, 0x0e, 0x8c, 1, 2, 3}, 0}} {
		n := 0
		for _, x := range plan(t, s, probe.Host{Addr: loopback, MAC: c.mac}) {
			if x.Send == probe.SendRequest && x.If == probe.IfMaker {
				n++
			}
		}
		if n != c.want {
			t.Errorf("%v: planned %d times, want %d", c.mac, n, c.want)
		}
	}
}

func TestPrintersProbeMustSayWhatItSends(t *testing.T) {
	t.Parallel()
	p := probe.Probe{Name: "x", Transport: heron.TCP, MaxAnswer: 1, Printers: true, Run: func(context.Context, *probe.Conn) error { return io.EOF }}
	if _, err := probe.NewScanner(probe.Options{Probes: []probe.Probe{p}}); err == nil {
		t.Error("taken")
	}
	s, err := probe.NewScanner(probe.Options{Probes: all.Probes()})
	if err != nil {
		t.Fatal(err)
	}
	a := s.Ask(t.Context(), probe.Host{Addr: loopback}, probe.Target{Question: probe.Question{Host: netip.Addr{}, Port: 9100, Probe: "pjl"}})
	if !errors.Is(a.Err, probe.ErrUnsafe) {
		t.Errorf("asked: %v", a.Err)
	}
}
