// Package opcua reads OPC UA binary: what a server and a client say they are,
// which security a server offers, how users log in, and who writes and calls what.
package opcua

import (
	"bytes"
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/opcua"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyURI       = "opcua.application_uri"
	keyProduct   = "opcua.product_uri"
	keyName      = "opcua.application_name"
	keyEndpoint  = "opcua.endpoint"  // URL that a server offers
	keySecurity  = "opcua.security"  // policy and mode that it offers: "None none"
	keyToken     = "opcua.token"     // how it lets users log in
	keyChannel   = "opcua.channel"   // policy of a channel that it opened
	keyAnonymous = "opcua.anonymous" // what it said to a user without name
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:         "opcua",
		Over:         dissect.OverTCP,
		Ports:        []uint16{4840, 4843},
		Spec:         "OPC 10000-6 §5, §6.7 and §7; OPC 10000-4 §5 and §7",
		EveryMessage: true,
		Probe: func(b []byte, _ bool) bool {
			n, err := opcua.Size(b)
			return err == nil && n > 0
		},
		Starts: []byte{'H', 'A', 'E', 'R', 'O', 'M', 'C'},
		Frame: func(b []byte) (int, error) {
			n, err := opcua.Size(b)
			if err != nil {
				return 0, dissect.ErrNotMine
			}
			return n, nil
		},
		Dissect: d.dissect,
	}
}

type dissector struct {
	text   []byte
	chunks dissect.Recent[gathered]
}

// What is remembered of a flow after the octets of dissect.Fresh: the token of the
// last login, and for each direction what message it is in.
const (
	tokenAt = 9
	moreAt  = 10
)

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	c, err := opcua.Read(r.Rest())
	if err != nil {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	body := wire.NewReader(c.Body)
	switch c.Type {
	case "HEL":
		if !m.FromClient || !isHello(&body) {
			return heron.Verdict{}, dissect.ErrNotMine
		}
	case "OPN":
		return heron.Verdict{}, d.channel(&body, m, out)
	case "MSG":
		size, _ := opcua.Size(m.Payload)
		d.message(&c, size <= len(m.Payload), m, out)
	}
	return heron.Verdict{}, nil
}

// isHello checks a client's first words: sizes that can be, and the address it
// wants (OPC 10000-6 §7.1.2.3).
func isHello(r *wire.Reader) bool {
	version := r.U32LE()
	r.Skip(16)
	url := opcua.String(r)
	return r.Err() == nil && r.Len() == 0 && version < 16 && (len(url) == 0 || wire.Printable(url))
}

// channel reads the opening of a secure channel (OPC 10000-6 §6.7.2.3), which
// begins with the policy in clear.
func (d *dissector) channel(r *wire.Reader, m *heron.Message, out dissect.Emitter) error {
	r.Skip(4)
	policy := opcua.String(r)
	if r.Err() != nil || !bytes.HasPrefix(policy, []byte("http")) {
		return dissect.ErrNotMine
	}
	if !m.FromClient {
		out.Observe(m.Sender(), keyChannel, policyName(policy))
	}
	return nil
}

// policyName returns what stands after the last '#' of a policy's URI.
func policyName(uri []byte) []byte { return uri[bytes.LastIndexByte(uri, '#')+1:] }

// service reads a message that nothing encrypts; others have no known type.
func (d *dissector) service(r *wire.Reader, m *heron.Message, out dissect.Emitter) {
	id := opcua.ReadNode(r)
	if r.Err() != nil || id.Namespace != 0 || id.Name != nil || id.Opaque {
		return
	}
	if m.FromClient {
		d.request(id.Number, r, m, out)
		return
	}
	d.answer(id.Number, r, m, out)
}

// answer tells what a server says of itself.
func (d *dissector) answer(service int, r *wire.Reader, m *heron.Message, out dissect.Emitter) {
	if !isAnswer(service) {
		return
	}
	result := opcua.ReadResponseHeader(r)
	d.login(service, result, m, out)
	about := m.Sender()
	switch service {
	case opcua.EndpointsAnswer:
		d.endpoints(r, about, out)
	case opcua.CreateAnswer:
		opcua.ReadNode(r)
		opcua.ReadNode(r)
		r.Skip(8)
		opcua.String(r)
		opcua.String(r)
		d.endpoints(r, about, out)
	case opcua.FindServersAnswer:
		// A discovery server lists others; what only lists one speaks of itself.
		if opcua.Count(r, 20) == 1 {
			tellApplication(about, opcua.ReadApplication(r), r, out)
		}
	}
}

// Results of a login that fails (OPC 10000-4 §7.39.2).
const (
	userAccessDenied = 0x801f0000
	tokenInvalid     = 0x80200000
	tokenRejected    = 0x80210000
)

// login tells how a login ended.
func (d *dissector) login(service, result int, m *heron.Message, out dissect.Emitter) {
	anonymous := m.Flow.Data[tokenAt] == tokenAnonymous
	bad := result == userAccessDenied || result == tokenInvalid || result == tokenRejected
	switch {
	case bad:
		dissect.LoginFailed(out, "opcua", strconv.FormatInt(int64(result), 16))
		if anonymous {
			out.ObserveString(m.Sender(), keyAnonymous, "refused")
		}
	case service == opcua.ActivateAnswer && result>>31 == 0 && anonymous:
		out.ObserveString(m.Sender(), keyAnonymous, "accepted")
	}
}

func (d *dissector) endpoints(r *wire.Reader, about heron.Subject, out dissect.Emitter) {
	for i := range opcua.Count(r, 40) {
		e := opcua.ReadEndpoint(r)
		if i == 0 {
			tellApplication(about, e.Server, nil, out)
		}
		if r.Err() != nil {
			return
		}
		out.Observe(about, keyEndpoint, e.URL)
		d.text = append(append(d.text[:0], policyName(e.Policy)...), ' ')
		d.text = append(d.text, modeName(e.Mode)...)
		out.Observe(about, keySecurity, d.text)
		for bit, name := range [...]string{"anonymous", "user", "certificate", "issued"} {
			if e.Tokens&(1<<bit) != 0 {
				out.ObserveString(about, keyToken, name)
			}
		}
	}
}

func modeName(mode int) string {
	switch mode {
	case 1:
		return "none"
	case 2:
		return "sign"
	case 3:
		return "encrypt"
	}
	return "invalid"
}

// tellApplication tells what an application is, when it was read without error.
func tellApplication(about heron.Subject, a opcua.Application, r *wire.Reader, out dissect.Emitter) {
	if r != nil && r.Err() != nil {
		return
	}
	out.Observe(about, keyURI, a.URI)
	out.Observe(about, keyProduct, a.Product)
	out.Observe(about, keyName, a.Name)
}
