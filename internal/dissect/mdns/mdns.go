// Package mdns reads multicast DNS and DNS-based service discovery: the
// services, names and descriptions that a device publishes, and what it looks
// for. Only facts about the sender are told: answers that a query repeats
// because it knows them, and messages that a reflector passes on from another
// network, are others'.
package mdns

import (
	"bytes"
	"net/netip"
	"slices"
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/dns"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyService    = "mdns.service"  // as _hap._tcp
	keyInstance   = "mdns.instance" // the name that people see
	keyHost       = "mdns.host"     // without .local
	keyAddress    = "mdns.address"
	keyTXT        = "mdns.txt"  // a string of a TXT record that is no key=value pair
	keyTXTValue   = "mdns.txt." // and the key, in lower case
	keyDeviceInfo = "mdns.device_info"
	keyHostInfo   = "mdns.hinfo"
	keyPort       = "mdns.srv"   // the service at the subject's port
	keyQuery      = "mdns.query" // a service the sender looks for
)

// maxTXTKey bounds TXT keys; RFC 6763 §6.4 asks for nine characters or fewer.
const maxTXTKey = 40

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{
		name: make([]byte, dns.MaxName), target: make([]byte, dns.MaxName),
		txt: dissect.KeyMaker{Prefix: keyTXTValue},
	}
	return dissect.Protocol{
		Name:         "mdns",
		Over:         dissect.OverUDP,
		Ports:        []uint16{5353},
		Spec:         "RFC 6762; RFC 6763",
		Plain:        true,
		EveryMessage: true,
		Dissect:      d.dissect,
	}
}

// dissector holds the buffers that names are read into.
type dissector struct {
	name, target []byte
	text         dissect.Buffer
	txt          dissect.KeyMaker
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	h := dns.ReadHeader(r)
	// RFC 6762 §18: opcode and response code are zero; so are the reserved bits.
	if r.Err() != nil || h.Opcode() != 0 || h.Rcode() != 0 || h.Flags&0x0070 != 0 || h.Questions+h.Records() == 0 {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	first := *r
	if err := d.check(r, &h); err != nil {
		return heron.Verdict{}, err
	}
	about := heron.Subject{Endpoint: m.Src}
	*r = first
	for range h.Questions {
		q := dns.ReadQuestion(r, d.name)
		if !h.Response() {
			d.question(about, &q, out)
		}
	}
	if h.Response() && d.reflected(*r, &h, m.Src.IP) {
		return heron.Verdict{}, nil
	}
	for i := range h.Records() {
		rec := dns.ReadRecord(r, d.name)
		known := !h.Response() && i < h.Answers // known-answer suppression, RFC 6762 §7.1
		additional := !h.Response() && i >= h.Answers+h.Authority
		if !known && !additional {
			d.record(about, &rec, out)
		}
	}
	return heron.Verdict{}, nil
}

// check goes through the whole message once, so that nothing is told of one that
// is broken. A first question or record that cannot be read means that it is not
// DNS at all.
func (d *dissector) check(r *wire.Reader, h *dns.Header) error {
	for i := range h.Questions {
		dns.ReadQuestion(r, d.name)
		if r.Err() != nil && i == 0 {
			return dissect.ErrNotMine
		}
	}
	for i := range h.Records() {
		rec := dns.ReadRecord(r, d.name)
		class := rec.Class &^ dns.ClassTop
		if h.Questions == 0 && i == 0 && (r.Err() != nil || class != dns.ClassIN && rec.Type != dns.TypeOPT) {
			return dissect.ErrNotMine
		}
		if r.Err() != nil {
			break
		}
	}
	return r.Err()
}

// reflected reports whether the message holds IPv4 addresses and none of them is
// the sender's: it speaks for another host.
func (d *dissector) reflected(r wire.Reader, h *dns.Header, sender netip.Addr) bool {
	others := false
	for range h.Records() {
		rec := dns.ReadRecord(&r, d.name)
		if rec.Type != dns.TypeA || !sender.Is4() {
			continue
		}
		if ip, ok := netip.AddrFromSlice(rec.Bytes()); ok && ip == sender {
			return false
		}
		others = true
	}
	return others
}

// question tells which service the sender looks for.
func (d *dissector) question(about heron.Subject, q *dns.Question, out dissect.Emitter) {
	if q.Type != dns.TypePTR && q.Type != dns.TypeANY {
		return
	}
	if instance, service, ok := split(q.Name); ok && len(instance) == 0 {
		out.Observe(about, keyQuery, service)
	}
}

// record tells what one record says of the sender.
func (d *dissector) record(about heron.Subject, rec *dns.Record, out dissect.Emitter) {
	switch rec.Type {
	case dns.TypePTR:
		d.pointer(about, rec, out)
	case dns.TypeSRV:
		d.service(about, rec, out)
	case dns.TypeTXT:
		d.description(about, rec, out)
	case dns.TypeA, dns.TypeAAAA:
		d.host(about, rec.Name, out)
		if ip, ok := netip.AddrFromSlice(rec.Bytes()); ok {
			out.Observe(about, keyAddress, d.text.Address(ip))
		}
	case dns.TypeHINFO:
		s := rec.Strings()
		cpu, os := dns.ReadString(&s), dns.ReadString(&s)
		d.text = append(append(append(d.text[:0], cpu...), ' '), os...)
		out.Observe(about, keyHostInfo, d.text)
	}
}

// pointer reads what a PTR record offers: an instance of a service, or, under
// the name of all services (RFC 6763 §9), a service.
func (d *dissector) pointer(about heron.Subject, rec *dns.Record, out dissect.Emitter) {
	if _, _, ok := split(rec.Name); !ok {
		if d.text = appendReverse(d.text[:0], about.IP); bytes.Equal(rec.Name, d.text) {
			d.host(about, rec.Target(d.target), out)
		}
		return
	}
	instance, service, ok := split(rec.Target(d.target))
	if !ok {
		return
	}
	out.Observe(about, keyService, service)
	d.instance(about, instance, out)
}

// appendReverse appends the name under which an IPv4 address has the name of its
// host (RFC 1035 §3.5), nothing for other addresses.
func appendReverse(b []byte, ip netip.Addr) []byte {
	if !ip.Is4() {
		return b
	}
	a := ip.As4()
	for _, octet := range slices.Backward(a[:]) {
		b = append(strconv.AppendUint(b, uint64(octet), 10), '.')
	}
	return append(b, "in-addr.arpa"...)
}

// service reads an SRV record: which service is at which port of which host.
func (d *dissector) service(about heron.Subject, rec *dns.Record, out dissect.Emitter) {
	instance, service, ok := split(rec.Name)
	if !ok {
		return
	}
	out.Observe(about, keyService, service)
	d.instance(about, instance, out)
	port, target := rec.Service(d.target)
	d.host(about, target, out)
	at := about
	at.Port, at.Transport = uint16(port), heron.TCP
	if bytes.HasSuffix(service, []byte("._udp")) {
		at.Transport = heron.UDP
	}
	if port != 0 {
		out.Observe(at, keyPort, service)
	}
}

// description reads the strings of a TXT record: key=value pairs, and plain
// ones, which RFC 6763 §6.4 means for flags and makers use for names of models.
func (d *dissector) description(about heron.Subject, rec *dns.Record, out dissect.Emitter) {
	_, service, ok := split(rec.Name)
	if !ok {
		return
	}
	info := string(service) == "_device-info._tcp"
	if !info {
		out.Observe(about, keyService, service)
	}
	for s := rec.Strings(); s.Len() > 0; {
		text := dns.ReadString(&s)
		name, value, pair := bytes.Cut(text, []byte("="))
		if !pair {
			out.Observe(about, keyTXT, text)
			continue
		}
		switch key := d.txt.Key(name, maxTXTKey); {
		case key == "":
		case info && bytes.EqualFold(name, []byte("model")):
			out.Observe(about, keyDeviceInfo, value)
		default:
			out.Observe(about, key, value)
		}
	}
}

// instance tells the name that the sender gave one of its services.
func (d *dissector) instance(about heron.Subject, name []byte, out dissect.Emitter) {
	d.text = unescape(d.text[:0], name)
	out.Observe(about, keyInstance, d.text)
}

// host tells the sender's host name.
func (d *dissector) host(about heron.Subject, name []byte, out dissect.Emitter) {
	name, ok := bytes.CutSuffix(name, []byte(".local"))
	if !ok {
		return
	}
	d.text = unescape(d.text[:0], name)
	out.Observe(about, keyHost, d.text)
	out.Observe(about, heron.KeyHostname, d.text)
}

// split parts a name of service discovery, as "Lamp._hap._tcp.local", into the
// instance and the service; the instance is empty in the service's own name and
// in that of a subtype (RFC 6763 §7.1). It reports false for other names.
func split(name []byte) (instance, service []byte, ok bool) {
	name, ok = bytes.CutSuffix(name, []byte(".local"))
	if !ok {
		return nil, nil, false
	}
	if !bytes.HasSuffix(name, []byte("._tcp")) && !bytes.HasSuffix(name, []byte("._udp")) {
		return nil, nil, false
	}
	cut := bytes.LastIndexByte(name[:len(name)-len("._tcp")], '.')
	instance, service = name[:max(cut, 0)], name[cut+1:]
	if !bytes.HasPrefix(service, []byte("_")) || string(service) == "_dns-sd._udp" {
		return nil, nil, false
	}
	if bytes.HasSuffix(instance, []byte("._sub")) {
		instance = nil
	}
	return instance, service, true
}

// unescape appends name without its backslashes.
func unescape(b, name []byte) []byte {
	escaped := false
	for _, c := range name {
		if c == '\\' && !escaped {
			escaped = true
			continue
		}
		escaped = false
		b = append(b, c)
	}
	return b
}
