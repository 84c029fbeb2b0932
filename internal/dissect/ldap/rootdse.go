package ldap

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/dns"
	"github.com/heron-iot/heron/internal/proto/line"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations about the answer to a ping ([MS-ADTS] §6.3.1.9).
const (
	keyForest   = "ldap.netlogon.forest"
	keyDomain   = "ldap.netlogon.domain"
	keyHost     = "ldap.netlogon.host"
	keyNTDomain = "ldap.netlogon.nt_domain"
	keyComputer = "ldap.netlogon.computer"
	keySite     = "ldap.netlogon.site" // of the server
)

// isRoot reports whether an attribute of the root entry says what a server is.
func isRoot(attribute []byte) bool {
	return line.IsOneOf(attribute, "vendorName", "vendorVersion", "supportedLDAPVersion", "supportedSASLMechanisms",
		"namingContexts", "defaultNamingContext", "rootDomainNamingContext", "dnsHostName", "serverName", "ldapServiceName",
		"domainFunctionality", "forestFunctionality", "domainControllerFunctionality", "isGlobalCatalogReady", "objectClass", "structuralObjectClass")
}

// value tells one value of the root entry.
func (d *dissector) value(attribute, value []byte, m *heron.Message, out dissect.Emitter) {
	switch {
	case line.Is(attribute, "Netlogon"):
		d.netlogon(value, m, out)
	case isRoot(attribute):
		out.Observe(m.Sender(), d.attributes.Key(attribute, 40), value)
		if line.Is(attribute, "dnsHostName") {
			out.Observe(heron.Subject{Endpoint: m.Src}, heron.KeyHostname, value)
		}
	}
}

// netlogon tells the names in the answer to a ping. They are compressed as in DNS,
// with offsets from the start of the answer. The fifth is the user's, and passed
// over.
func (d *dissector) netlogon(b []byte, m *heron.Message, out dissect.Emitter) {
	const samLogonResponseEx, userUnknownEx = 23, 25
	r := wire.NewReader(b)
	op, reserved := r.U16LE(), r.U16LE()
	r.Skip(4 + 16) // flags, the domain's number
	if op != samLogonResponseEx && op != userUnknownEx || reserved != 0 {
		return
	}
	for _, key := range [...]string{keyForest, keyDomain, keyHost, keyNTDomain, keyComputer, "", keySite} {
		d.text = dns.ReadName(&r, d.text[:0])
		if r.Err() != nil {
			return
		}
		if key == "" {
			continue
		}
		out.Observe(m.Sender(), key, d.text)
		if key == keyHost {
			out.Observe(heron.Subject{Endpoint: m.Src}, heron.KeyHostname, d.text)
		}
	}
}
