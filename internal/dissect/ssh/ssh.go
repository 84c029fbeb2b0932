// Package ssh reads the banners that both sides of an SSH connection open with.
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
)

// maxBanner is the longest banner that RFC 4253 §4.2 allows.
const (
	maxBanner = 255
)

// atDone is the place in heron.FlowScratch.Data of two flags: the client's
// banner was read, the server's was.
const atDone = 0

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	return dissect.Protocol{
		Name:    "ssh",
		Over:    dissect.OverTCP,
		Ports:   []uint16{22, 2222},
		Spec:    "RFC 4253 §4.2",
		Probe:   func(b []byte, _ bool) bool { return bytes.HasPrefix(b, []byte("SSH-")) },
		Dissect: read,
	}
}

func read(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	data := &m.Flow.Data
	side := 1
	if m.FromClient {
		side = 0
	}
	if data[atDone+side] != 0 {
		return heron.Verdict{Consumed: len(m.Payload)}, nil
	}
	line := r.Line(maxBanner + 2)
	switch {
	case r.Err() != nil && r.Offset() == 0 && couldBe(m.Payload) && len(m.Payload) <= maxBanner:
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
	data[atDone+side] = 1
	return heron.Verdict{Consumed: len(m.Payload), Done: data[atDone] != 0 && data[atDone+1] != 0}, nil
}

// couldBe reports whether b can become a banner.
func couldBe(b []byte) bool {
	const start = "SSH-"
	n := min(len(b), len(start))
	return string(b[:n]) == start[:n]
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
