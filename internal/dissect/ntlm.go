package dissect

import (
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/proto/ntlmssp"
)

// Keys of the observations about NTLM messages, whatever carries them.
const (
	keyNTLMComputer = "ntlmssp.computer"
	keyNTLMDomain   = "ntlmssp.domain"
	keyNTLMDNSName  = "ntlmssp.dns_computer"
	keyNTLMDNSZone  = "ntlmssp.dns_domain"
	keyNTLMForest   = "ntlmssp.dns_forest"
	keyNTLMVersion  = "ntlmssp.os_version" // as 10.0.19045
)

// NTLMTeller tells what NTLM messages say of the machines at both ends, for those
// dissectors whose protocol carries them. The zero value is ready.
type NTLMTeller struct {
	text []byte
}

// Tell looks for an NTLM message in b, tells what it says of m's sender, and
// returns its kind: 0 when there is none.
func (t *NTLMTeller) Tell(b []byte, m *heron.Message, out Emitter) int {
	n, ok := ntlmssp.Find(b)
	if !ok {
		return 0
	}
	host := heron.Subject{Endpoint: m.Src}
	t.name(&n, n.Computer, keyNTLMComputer, host, out)
	if len(n.DNSComputer) == 0 && len(n.Computer) > 0 {
		out.Observe(host, heron.KeyHostname, t.text)
	}
	t.name(&n, n.Domain, keyNTLMDomain, host, out)
	n.Unicode = true
	if t.name(&n, n.DNSComputer, keyNTLMDNSName, host, out); len(n.DNSComputer) > 0 {
		out.Observe(host, heron.KeyHostname, t.text)
	}
	t.name(&n, n.DNSDomain, keyNTLMDNSZone, host, out)
	t.name(&n, n.DNSForest, keyNTLMForest, host, out)
	if n.Major > 0 && n.Build > 0 {
		t.text = strconv.AppendInt(t.text[:0], int64(n.Major), 10)
		t.text = strconv.AppendInt(append(t.text, '.'), int64(n.Minor), 10)
		t.text = strconv.AppendInt(append(t.text, '.'), int64(n.Build), 10)
		out.Observe(host, keyNTLMVersion, t.text)
	}
	return n.Kind
}

func (t *NTLMTeller) name(n *ntlmssp.Message, name []byte, key string, host heron.Subject, out Emitter) {
	t.text = n.AppendText(t.text[:0], name)
	out.Observe(host, key, t.text)
}
