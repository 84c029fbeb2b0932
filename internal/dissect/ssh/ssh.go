// Package ssh reads what is in clear of an SSH connection: the banners that both
// sides open with, the algorithms they offer, of which HASSH makes fingerprints,
// and the server's host key.
package ssh

import (
	"bytes"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyBanner   = "ssh.banner"   // the whole line
	keySoftware = "ssh.software" // what comes after the protocol version
	keyClient   = "ssh.client"   // the same, of a client

	keyHASSH       = "ssh.hassh"        // of a client
	keyHASSHServer = "ssh.hassh_server" // of a server
	keyAlgorithms  = "ssh.host_key_algorithms"
	keyHostKey     = "ssh.host_key" // "ssh-ed25519 SHA256:…"
)

// maxBanner is the longest banner that RFC 4253 §4.2 allows.
const maxBanner = 255

// Places in heron.FlowScratch.Data.
const (
	atStage   = 0 // two: what comes next of the client, of the server
	atPackets = 2 // of the server, since its banner
)

// Stages of a side.
const (
	stageBanner   = iota
	stageOffer    // its algorithms come next
	stageExchange // the server's host key is among the next packets
	stageDone
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:    "ssh",
		Over:    dissect.OverTCP,
		Ports:   []uint16{22, 2222},
		Spec:    "RFC 4253 §4.2, §6, §7, §8; RFC 4419; RFC 5656; HASSH (Salesforce)",
		Probe:   func(b []byte, _ bool) bool { return bytes.HasPrefix(b, []byte("SSH-")) },
		Starts:  []byte{'S'},
		Dissect: d.dissect,
	}
}

type dissector struct {
	text dissect.Buffer
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	data, side := &m.Flow.Data, dissect.Side(m)
	v := heron.Verdict{Consumed: len(m.Payload)}
	switch data[atStage+side] {
	case stageBanner:
		return banner(r, &data[atStage+side], m, out)
	case stageOffer, stageExchange:
		v.Consumed = d.packet(r, &data[atStage+side], m, out)
	}
	v.Done = data[atStage] == stageDone && data[atStage+1] == stageDone
	return v, nil
}

// banner reads the line that a side opens with.
func banner(r *wire.Reader, stage *byte, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	line := r.Line(maxBanner + 2)
	switch {
	case r.Err() != nil && r.Offset() == 0 && wire.CanBegin(m.Payload, "SSH-") && len(m.Payload) <= maxBanner:
		return heron.Verdict{}, nil
	case r.Err() != nil || !bytes.HasPrefix(line, []byte("SSH-")):
		return heron.Verdict{}, dissect.ErrNotMine
	}
	software, ok := software(line)
	if !ok {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	about := m.Sender()
	if m.FromClient {
		out.Observe(about, keyClient, software)
	} else {
		out.Observe(about, keyBanner, line)
		out.Observe(about, keySoftware, software)
	}
	*stage = stageOffer
	return heron.Verdict{Consumed: r.Offset()}, nil
}

// software parts "SSH-2.0-OpenSSH_9.6 Debian" after its second hyphen.
func software(line []byte) ([]byte, bool) {
	_, rest, ok := bytes.Cut(line, []byte("-"))
	if !ok {
		return nil, false
	}
	version, rest, ok := bytes.Cut(rest, []byte("-"))
	return rest, ok && len(version) > 0 && len(version) < 8 && wire.Printable(rest)
}
