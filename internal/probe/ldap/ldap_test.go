package ldap_test

import (
	"testing"

	"github.com/heron-iot/heron/internal/probe/ldap"
	"github.com/heron-iot/heron/internal/probe/probetest"
	"github.com/heron-iot/heron/internal/proto/ber"
)

func text(s string) []byte { return ber.Append(nil, ber.OctetString, []byte(s)) }

func attribute(name, value string) []byte {
	return ber.Append(nil, ber.Sequence, text(name), ber.Append(nil, ber.Set, text(value)))
}

func entry() []byte {
	one := ber.Append(nil, 0x64, text(""), ber.Append(nil, ber.Sequence, attribute("vendorName", "Example Project"), attribute("dnsHostName", "dc1.plant.example")))
	done := ber.Append(nil, 0x65, []byte{ber.Enumerated, 1, 0}, text(""), text(""))
	return append(ber.Append(nil, ber.Sequence, ber.AppendInt(nil, 1), one), ber.Append(nil, ber.Sequence, ber.AppendInt(nil, 1), done)...)
}

func TestProbe(t *testing.T) {
	t.Parallel()
	probetest.Run(t, ldap.Probe(), []probetest.Case{
		{Name: "root", Answer: entry(), Want: map[string]string{
			"service.protocol": "tcp/389/ldap", "host.name": "dc1.plant.example",
			"ldap.rootdse.dnshostname": "dc1.plant.example", "ldap.rootdse.vendorname": "Example Project",
		}},
	})
}

func FuzzProbe(f *testing.F) { probetest.Fuzz(f, ldap.Probe(), entry()) }
