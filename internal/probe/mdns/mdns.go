// Package mdns asks a host which services it has, by multicast DNS that goes to it
// alone (RFC 6762 §5.5, RFC 6763 §9), and then for the instances of each, whose
// records describe the device. It only asks.
//
// What some kinds of service lead to is asked, too.
//
// The dissector reads the answers: mdns.service, mdns.txt.<key>, mdns.device_info …
package mdns

import (
	"context"
	"strings"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
	"github.com/heron-iot/heron/internal/proto/dns"
	"github.com/heron-iot/heron/internal/wire"
)

// Bounds: of the kinds of service that are asked for, and of the sizes.
const (
	maxKinds   = 12
	maxRequest = 1200
	maxAnswer  = 48 << 10
)

// services is the name by which all kinds of service are found.
const services = "_services._dns-sd._udp.local"

// Probe returns the probe.
func Probe() probe.Probe {
	return probe.Probe{
		Name: "mdns", Transport: heron.UDP, Ports: []uint16{5353}, Safety: probe.ReadOnly, Worth: 3,
		MaxWrites: 2, MaxBytes: 2 * maxRequest, MaxAnswer: maxAnswer, Control: true, Allow: allow,
		Rehearse: rehearsal(), Spec: "RFC 6762 §5.5, RFC 6763 §9", Run: run,
	}
}

// leads are the questions to which a kind of service leads, at the port that it has as
// a rule.
func leads(kind string) (probe.Follow, bool) {
	switch kind {
	case "_esphomelib._tcp.local":
		return probe.Follow{Probe: "esphome", Port: 6053}, true
	case "_elg._tcp.local":
		return probe.Follow{Probe: "description", Port: 9123}, true
	case "_soundtouch._tcp.local":
		return probe.Follow{Probe: "description", Port: 8090}, true
	case "_axis-video._tcp.local", "_vapix-http._tcp.local":
		return probe.Follow{Probe: "axis", Port: 80}, true
	}
	return probe.Follow{}, false
}

// allow passes questions: a message that claims nothing.
func allow(out []byte) error {
	r := wire.NewReader(out)
	h := dns.ReadHeader(&r)
	if r.Err() != nil || h.Flags != 0 || h.Answers != 0 || h.Authority != 0 || h.Additional != 0 {
		return probe.ErrUnsafe
	}
	return nil
}

func run(_ context.Context, c *probe.Conn) error {
	if _, err := c.Write(ask(1, services)); err != nil {
		return err
	}
	answer, err := probe.Listen(c, size)
	if err != nil {
		return err
	}
	kinds := kindsOf(answer)
	if len(kinds) == 0 {
		return nil
	}
	for _, k := range kinds {
		if f, ok := leads(k); ok {
			c.Follow(f)
		}
	}
	if _, err := c.Write(ask(2, kinds...)); err != nil {
		return err
	}
	_, err = probe.Listen(c, probe.UntilQuiet)
	return err
}

// ask asks for pointers from some names.
func ask(id int, names ...string) []byte {
	m := dns.Message{ID: id}
	for _, n := range names {
		m.Questions = append(m.Questions, dns.Ask{Name: n, Type: dns.TypePTR})
	}
	return m.Append(nil)
}

// size is that of an answer.
func size(b []byte) (int, error) {
	r := wire.NewReader(b)
	h := dns.ReadHeader(&r)
	if r.Err() != nil || h.Flags&dns.FlagResponse == 0 {
		return 0, probe.ErrNotMine
	}
	return len(b), nil
}

// kindsOf returns the kinds of service that an answer names.
func kindsOf(answer []byte) []string {
	r := wire.NewReader(answer)
	h := dns.ReadHeader(&r)
	var buf [dns.MaxName]byte
	for range r.Count(h.Questions, 5) {
		dns.ReadQuestion(&r, buf[:0])
	}
	var out []string
	total := 0
	for range r.Count(h.Answers, 11) {
		rr := dns.ReadRecord(&r, buf[:0])
		if r.Err() != nil {
			break
		}
		if rr.Type != dns.TypePTR || !strings.EqualFold(string(rr.Name), services) {
			continue
		}
		kind := string(dns.ReadName(&rr.Data, nil))
		if total += len(kind) + 6; isKind(kind) && len(out) < maxKinds && total < maxRequest-12 {
			out = append(out, kind)
		}
	}
	return out
}

// isKind reports whether a name is that of a kind of service, as "_http._tcp.local".
func isKind(name string) bool {
	return strings.HasPrefix(name, "_") && (strings.HasSuffix(name, "._tcp.local") || strings.HasSuffix(name, "._udp.local"))
}

// rehearsal has one kind of service.
func rehearsal() [][]byte {
	m := dns.Message{ID: 1, Flags: dns.FlagResponse, Answers: []dns.RR{dns.PTR(services, 10, "_http._tcp.local")}}
	return [][]byte{m.Append(nil)}
}
