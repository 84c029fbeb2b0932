// Package git recognises the native transport of Git. Repositories are never told.
package git

import (
	"bytes"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

const keyAgent = "git.agent" // program of either side

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	return dissect.Protocol{
		Name:   "git",
		Over:   dissect.OverTCP,
		Ports:  []uint16{9418},
		Spec:   "Git documentation: gitprotocol-pack(5), gitprotocol-common(5)",
		Starts: []byte("0"),
		Probe: func(b []byte, fromClient bool) bool {
			size, ok := request(b)
			return fromClient && ok && size == len(b)
		},
		Dissect: read,
	}
}

// request reads the line with which a client begins: its length in four digits,
// and what it wants.
func request(b []byte) (size int, ok bool) {
	const least, most = 20, 4 << 10
	r := wire.NewReader(b)
	for range 4 {
		digit := bytes.IndexByte([]byte("0123456789abcdef"), byte(r.U8()))
		if r.Err() == nil && digit < 0 {
			return 0, false
		}
		size = size<<4 | max(digit, 0)
	}
	if r.Err() != nil {
		return 0, true
	}
	rest := r.Rest()
	for _, verb := range [...]string{"git-upload-pack ", "git-receive-pack ", "git-upload-archive "} {
		if wire.CanBegin(rest, verb) {
			return size, size > least && size < most
		}
	}
	return 0, false
}

func read(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	b := r.Rest()
	if !m.FromClient {
		if m.Flow.Protocol == 0 {
			return heron.Verdict{}, dissect.ErrNotMine
		}
		if _, rest, found := bytes.Cut(b, []byte("agent=")); found || len(b) >= 4<<10 {
			end := bytes.IndexAny(rest, " \n\x00")
			if found && end < 0 && len(b) < 4<<10 {
				return heron.Verdict{}, nil
			}
			out.Observe(m.Sender(), keyAgent, rest[:max(end, 0)])
			return heron.Verdict{Done: true}, nil
		}
		return heron.Verdict{}, nil
	}
	if m.Flow.Protocol != 0 {
		return heron.Verdict{Consumed: len(b)}, nil
	}
	size, ok := request(b)
	if !ok {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	if size == 0 || size > len(b) {
		return heron.Verdict{}, nil
	}
	return heron.Verdict{Consumed: size}, nil
}
