// Package ldap asks a directory for its root entry, which every server tells anybody
// (RFC 4511 §4.5, RFC 4512 §5.1), and takes its leave. It can send nothing else.
//
// The dissector reads the answer: ldap.rootdse.<attribute>.
package ldap

import (
	"context"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
	"github.com/heron-iot/heron/internal/proto/ber"
)

const maxAnswer = 32 << 10

// Protocol operations (RFC 4511 §4.2, §4.3, §4.5).
const (
	unbind       = 0x42
	search       = 0x63
	presentField = 0x87
)

// root is a search of the entry without a name, for it alone.
func root() []byte {
	text := func(s string) []byte { return ber.Append(nil, ber.OctetString, []byte(s)) }
	wanted := [][]byte{}
	for _, name := range []string{
		"vendorName", "vendorVersion", "dnsHostName", "defaultNamingContext", "namingContexts", "supportedLDAPVersion",
		"supportedSASLMechanisms", "domainFunctionality", "forestFunctionality", "serverName",
	} {
		wanted = append(wanted, text(name))
	}
	base, noDeref, noLimit, typesToo := []byte{ber.Enumerated, 1, 0}, []byte{ber.Enumerated, 1, 0}, ber.AppendInt(nil, 0), []byte{ber.Boolean, 1, 0}
	op := ber.Append(nil, search, text(""), base, noDeref, noLimit, ber.AppendInt(nil, 5), typesToo,
		ber.Append(nil, presentField, []byte("objectClass")), ber.Append(nil, ber.Sequence, wanted...))
	return ber.Append(nil, ber.Sequence, ber.AppendInt(nil, 1), op)
}

func leave() []byte {
	return ber.Append(nil, ber.Sequence, ber.AppendInt(nil, 2), ber.Append(nil, unbind))
}

// Probe returns the probe.
func Probe() probe.Probe {
	return probe.Probe{
		Name: "ldap", Transport: heron.TCP, Ports: []uint16{389}, TLSPorts: []uint16{636}, Safety: probe.ReadOnly, Worth: 2,
		MaxWrites: 2, MaxBytes: len(root()) + len(leave()), MaxAnswer: maxAnswer, Allow: probe.Only(root(), leave()),
		Rehearse: [][]byte{{ber.Sequence, 0}}, Spec: "RFC 4511 §4.5, RFC 4512 §5.1", Run: run,
	}
}

func run(ctx context.Context, c *probe.Conn) error {
	if err := probe.Ask(size, root())(ctx, c); err != nil {
		return err
	}
	_, err := c.Write(leave())
	return err
}

// size is that of a message; the entry and the end of the search mostly come at once.
func size(b []byte) (int, error) {
	n, err := ber.Size(b)
	if err != nil || len(b) > 0 && b[0] != ber.Sequence {
		return 0, probe.ErrNotMine
	}
	return n, nil
}
