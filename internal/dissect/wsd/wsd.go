// Package wsd reads WS-Discovery, by which cameras (ONVIF), printers and Windows
// machines are found: what they are and where they answer.
package wsd

import (
	"bytes"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyType    = "wsd.type"    // one of the sender's types, without its prefix
	keyScope   = "wsd.scope"   // one of its scopes
	keyAddress = "wsd.xaddr"   // where it answers
	keyProbe   = "wsd.probe"   // a type that the sender looks for
	keyModel   = "onvif.model" // from the scope …/hardware/…
	keyName    = "onvif.name"  // from the scope …/name/…
	keyMaker   = "onvif.manufacturer"
	keyMAC     = "onvif.mac"
	keyPlace   = "onvif.location"
	keyID      = "wsd.endpoint" // its identifier, which stays the same
)

// maxItems bounds the items taken of one list.
const maxItems = 32

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	return dissect.Protocol{
		Name:         "wsd",
		Over:         dissect.OverUDP,
		Ports:        []uint16{3702},
		Spec:         "OASIS WS-Discovery 1.1 §4–§6; ONVIF Core Specification §7.3",
		EveryMessage: true,
		Probe:        func(b []byte, _ bool) bool { return actionOf(b) != "" },
		Dissect:      read,
	}
}

// actionOf returns the action of a message: Hello, ProbeMatches, ResolveMatches,
// Probe, and others that tell nothing; "" when b is no WS-Discovery.
func actionOf(b []byte) string {
	start := b[:min(len(b), 2048)]
	if !bytes.Contains(start, []byte("nvelope")) || !bytes.Contains(start, []byte("/discovery")) {
		return ""
	}
	// The longer names come first: they contain the shorter.
	for _, name := range [...]string{"ProbeMatches", "ResolveMatches", "Hello", "Bye", "Probe", "Resolve"} {
		if bytes.Contains(start, []byte("/discovery/"+name)) {
			return name
		}
	}
	return ""
}

func read(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	b := r.Rest()
	action := actionOf(b)
	about := heron.Subject{Endpoint: m.Src}
	switch action {
	case "":
		return heron.Verdict{}, dissect.ErrNotMine
	case "Probe":
		each(element(b, "Types"), func(item []byte) { out.Observe(about, keyProbe, local(item)) })
	case "Hello", "ProbeMatches", "ResolveMatches":
		out.Observe(about, keyID, bytes.TrimSpace(endpoint(b)))
		each(element(b, "Types"), func(item []byte) { out.Observe(about, keyType, local(item)) })
		each(element(b, "XAddrs"), func(item []byte) { out.Observe(about, keyAddress, item) })
		each(element(b, "Scopes"), func(item []byte) { scope(about, item, out) })
	}
	return heron.Verdict{}, nil
}

// endpoint returns the identifier of whom a message is about: the address of its
// first endpoint reference; other addresses, in the head, are of messages.
func endpoint(b []byte) []byte {
	_, rest, ok := bytes.Cut(b, []byte("EndpointReference"))
	if !ok {
		return nil
	}
	return element(rest, "Address")
}

// scope tells a scope, and the model and name that ONVIF puts into scopes.
func scope(about heron.Subject, item []byte, out dissect.Emitter) {
	out.Observe(about, keyScope, item)
	for _, s := range [...]struct{ start, key string }{
		{"onvif://www.onvif.org/hardware/", keyModel},
		{"onvif://www.onvif.org/name/", keyName},
		{"onvif://www.onvif.org/manufacturer/", keyMaker},
		{"onvif://www.onvif.org/MAC/", keyMAC},
		{"onvif://www.onvif.org/location/", keyPlace},
	} {
		rest, ok := bytes.CutPrefix(item, []byte(s.start))
		if !ok {
			continue
		}
		if bytes.Contains(rest, []byte("%20")) {
			rest = bytes.ReplaceAll(rest, []byte("%20"), []byte(" "))
		}
		out.Observe(about, s.key, rest)
	}
}

// element returns the text of the first element of that local name, whatever its
// prefix; nil when there is none.
func element(b []byte, name string) []byte {
	for {
		_, rest, ok := bytes.Cut(b, []byte("<"))
		if !ok {
			return nil
		}
		tag, text, ok := bytes.Cut(rest, []byte(">"))
		if !ok {
			return nil
		}
		b = text
		tag, _, _ = bytes.Cut(tag, []byte(" "))
		if string(local(tag)) == name && !bytes.HasPrefix(tag, []byte("/")) {
			inner, _, ok := bytes.Cut(text, []byte("<"))
			if !ok {
				return nil
			}
			return inner
		}
	}
}

// local cuts the prefix off a qualified name.
func local(name []byte) []byte {
	if _, after, ok := bytes.Cut(name, []byte(":")); ok {
		return after
	}
	return name
}

// each calls do for the items of a list, which white space parts.
func each(list []byte, do func(item []byte)) {
	n := 0
	for item := range bytes.FieldsSeq(list) {
		if n++; n > maxItems {
			return
		}
		do(item)
	}
}
