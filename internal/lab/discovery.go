package lab

import (
	"bytes"
	"fmt"
	"net/netip"
	"strings"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/proto/dns"
	"github.com/heron-iot/heron/internal/wire"
)

// Groups of the discovery protocols.
var (
	mdnsGroup   = netip.MustParseAddrPort("224.0.0.251:5353")
	mdnsGroup6  = netip.MustParseAddrPort("[ff02::fb]:5353")
	ssdpGroup   = netip.MustParseAddrPort("239.255.255.250:1900")
	wsdGroup    = netip.MustParseAddrPort("239.255.255.250:3702")
	localBcast  = netip.AddrFrom4([4]byte{255, 255, 255, 255})
	dnsTypeA    = dns.TypeA
	knxGroup    = netip.MustParseAddrPort("224.0.23.12:3671")
	servicesPTR = "_services._dns-sd._udp.local"
)

// dnsQuery asks for one name.
func dnsQuery(id uint16, name string, kind int) []byte {
	m := dns.Message{ID: int(id), Flags: dns.FlagRecursion, Questions: []dns.Ask{{Name: name, Type: kind}}}
	return m.Append(nil)
}

// dnsService answers for the names of the site, and for every outside name
// with its address.
func dnsService() Service {
	return Service{Protocol: "dns", Transport: heron.UDP, Port: 53, Answer: answerDNS}
}

func answerDNS(h *Host, q Query) Reply {
	r := wire.NewReader(q.Bytes)
	head := dns.ReadHeader(&r)
	var buf [dns.MaxName]byte
	ask := dns.ReadQuestion(&r, buf[:])
	if r.Err() != nil || head.Response() || head.Questions != 1 {
		return Reply{}
	}
	name := string(ask.Name)
	m := dns.Message{
		ID: head.ID, Flags: dns.FlagResponse | dns.FlagRecursion | dns.FlagAvailable,
		Questions: []dns.Ask{{Name: name, Type: ask.Type, Class: ask.Class}},
	}
	if ask.Type == dns.TypeA {
		ip := cloudAddr(name)
		if local := h.site.named(name); local != nil {
			ip = local.Here
		}
		m.Answers = []dns.RR{dns.A(name, 300, ip)}
	}
	return Reply{Used: len(q.Bytes), Bytes: m.Append(nil)}
}

// named finds the host of that name; ".lan" may follow it.
func (s *Site) named(name string) *Host {
	short := strings.TrimSuffix(strings.TrimSuffix(name, "."), ".lan")
	if short == "" || strings.Contains(short, ".") {
		return nil
	}
	for _, h := range s.Hosts {
		if strings.EqualFold(h.hostname(), short) {
			return h
		}
	}
	return nil
}

// Advert is one service that a device announces by DNS-SD (RFC 6763).
type Advert struct {
	Type string // "_ipp._tcp"
	Name string // instance; may hold what Host.fill knows
	Port uint16
	TXT  []string
}

// records are what an advert puts into the multicast DNS.
func (ad Advert) records(h *Host) []dns.RR {
	kind := ad.Type + ".local"
	instance := escapeLabel(h.fill(ad.Name)) + "." + kind
	txt := make([]string, 0, len(ad.TXT))
	for _, t := range ad.TXT {
		txt = append(txt, h.fill(t))
	}
	return []dns.RR{
		dns.PTR(kind, 4500, instance),
		dns.SRV(instance, 120, int(ad.Port), h.mdnsName()),
		dns.TXT(instance, 4500, txt...),
	}
}

// escapeLabel keeps the dots and backslashes of an instance in its one label.
func escapeLabel(s string) string {
	return strings.NewReplacer(`\`, `\\`, `.`, `\.`).Replace(s)
}

// mdnsName is the host's name in the multicast DNS.
func (h *Host) mdnsName() string {
	name := h.hostname()
	if name == "" {
		name = h.Model.Name + "-" + h.short()
	}
	return strings.ReplaceAll(name, ".", "-") + ".local"
}

// mdnsService answers questions about the adverts (RFC 6762).
func mdnsService(adverts []Advert) Service {
	answer := func(h *Host, q Query) Reply {
		r := wire.NewReader(q.Bytes)
		head := dns.ReadHeader(&r)
		if head.Response() {
			return Reply{}
		}
		m := dns.Message{Flags: dns.FlagResponse | dns.FlagAuthoritative}
		var buf [dns.MaxName]byte
		for range r.Count(head.Questions, 5) {
			ask := dns.ReadQuestion(&r, buf[:])
			m.Answers = append(m.Answers, answersTo(h, adverts, string(ask.Name))...)
		}
		if r.Err() != nil || len(m.Answers) == 0 {
			return Reply{}
		}
		m.Additional = []dns.RR{dns.A(h.mdnsName(), 120, h.Here)}
		return Reply{Used: len(q.Bytes), Bytes: m.Append(nil)}
	}
	return Service{
		Protocol: "mdns", Transport: heron.UDP, Port: 5353, ToGroup: true,
		Groups: []netip.Addr{mdnsGroup.Addr()}, Answer: answer,
	}
}

func answersTo(h *Host, adverts []Advert, name string) []dns.RR {
	var out []dns.RR
	name = strings.TrimSuffix(strings.ToLower(name), ".")
	if name == strings.ToLower(h.mdnsName()) {
		return []dns.RR{dns.A(h.mdnsName(), 120, h.Here)}
	}
	for _, ad := range adverts {
		switch name {
		case servicesPTR:
			out = append(out, dns.PTR(servicesPTR, 4500, ad.Type+".local"))
		case strings.ToLower(ad.Type) + ".local":
			out = append(out, ad.records(h)...)
		}
	}
	return out
}

// mdnsAnnounce is what a device says when it comes up (RFC 6762 §8.3).
func mdnsAnnounce(adverts []Advert) func(*actor) {
	return func(a *actor) {
		m := dns.Message{Flags: dns.FlagResponse | dns.FlagAuthoritative}
		for _, ad := range adverts {
			m.Answers = append(m.Answers, ad.records(a.host)...)
		}
		m.Answers = append(m.Answers, dns.A(a.host.mdnsName(), 120, a.host.Here))
		m.Additional = []dns.RR{dns.A(a.host.mdnsName(), 120, a.host.IPv6)}
		msg := m.Append(nil)
		a.announce(mdnsGroup, msg)
		a.announce(mdnsGroup6, msg)
	}
}

// browse asks the multicast DNS who offers services, as phones and players do.
func browse(kinds ...string) func(*actor) {
	return func(a *actor) {
		var m dns.Message
		for _, k := range kinds {
			m.Questions = append(m.Questions, dns.Ask{Name: k + ".local", Type: dns.TypePTR})
		}
		a.announce(mdnsGroup, m.Append(nil))
	}
}

// UPnP is what a device tells by SSDP and in its description (UPnP Device
// Architecture 1.1 §1, §2).
type UPnP struct {
	Server string // SERVER header
	Type   string // urn:schemas-upnp-org:device:…
	Port   uint16 // of the description
	Path   string
	// The description itself.
	Friendly, Maker, MakerURL, Model, ModelNumber, ModelDescription string
}

func (u *UPnP) location(h *Host) string {
	return fmt.Sprintf("http://%s:%d%s", h.Here, u.Port, u.Path)
}

// description is the device's XML.
func (u *UPnP) description() string {
	return `<?xml version="1.0"?>
<root xmlns="urn:schemas-upnp-org:device-1-0"><specVersion><major>1</major><minor>0</minor></specVersion>
<device><deviceType>` + u.Type + `</deviceType><friendlyName>` + u.Friendly + `</friendlyName>
<manufacturer>` + u.Maker + `</manufacturer><manufacturerURL>` + u.MakerURL + `</manufacturerURL>
<modelDescription>` + u.ModelDescription + `</modelDescription><modelName>` + u.Model + `</modelName>
<modelNumber>` + u.ModelNumber + `</modelNumber><serialNumber>{sn}</serialNumber>
<UDN>uuid:{uuid}</UDN></device></root>`
}

// ssdpService answers searches.
func ssdpService(u *UPnP) Service {
	answer := func(h *Host, q Query) Reply {
		if !bytes.HasPrefix(q.Bytes, []byte("M-SEARCH ")) {
			return Reply{}
		}
		target := header(q.Bytes, "ST")
		if target != "ssdp:all" && target != "upnp:rootdevice" && target != u.Type {
			return Reply{}
		}
		if target == "ssdp:all" {
			target = u.Type
		}
		return Reply{Used: len(q.Bytes), Bytes: fmt.Appendf(nil,
			"HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=1800\r\nEXT:\r\nLOCATION: %s\r\nSERVER: %s\r\nST: %s\r\nUSN: uuid:%s::%s\r\n\r\n",
			u.location(h), h.fill(u.Server), target, h.uuid(), target)}
	}
	return Service{
		Protocol: "ssdp", Transport: heron.UDP, Port: 1900,
		Groups: []netip.Addr{ssdpGroup.Addr()}, Answer: answer,
	}
}

// header returns a header of an HTTP-like message.
func header(msg []byte, name string) string {
	r := wire.NewReader(msg)
	r.Line(1024)
	for line := r.Line(1024); len(line) > 0; line = r.Line(1024) {
		k, v, _ := strings.Cut(string(line), ":")
		if strings.EqualFold(k, name) {
			return strings.Trim(strings.TrimSpace(v), `"`)
		}
	}
	return ""
}

// ssdpNotify is what a device says again and again.
func ssdpNotify(u *UPnP) func(*actor) {
	return func(a *actor) {
		for _, kind := range []string{"upnp:rootdevice", u.Type} {
			a.announce(ssdpGroup, fmt.Appendf(nil,
				"NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nCACHE-CONTROL: max-age=1800\r\nLOCATION: %s\r\nSERVER: %s\r\nNTS: ssdp:alive\r\nNT: %s\r\nUSN: uuid:%s::%s\r\n\r\n",
				u.location(a.host), a.host.fill(u.Server), kind, a.host.uuid(), kind))
		}
	}
}

// ssdpSearch asks who is there, and fetches the description of whom it knows.
func ssdpSearch(target, agent string) func(*actor) {
	return func(a *actor) {
		msg := "M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: \"ssdp:discover\"\r\nMX: 1\r\nST: " + target + "\r\n"
		if agent != "" {
			msg += "USER-AGENT: " + agent + "\r\n"
		}
		a.search(ssdpGroup, []byte(msg+"\r\n"))
	}
}
