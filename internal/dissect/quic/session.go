package quic

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/quic"
)

// maxStream bounds what is kept of the handshake of one side.
const maxStream = 8 << 10

// session is a connection whose Initial packets are being read.
type session struct {
	keys    [2]quic.Keys // of the client, of the server
	streams [2]dissect.Pieces
}

// opener decrypts Initial packets.
type opener struct {
	sessions dissect.Recent[session]
	frames   []byte // of the last packet
	scratch  []byte
}

// open decrypts an Initial packet into o.frames. The keys of a connection come
// from the client's first packet, or from its first after the server asked it to
// begin again (RFC 9000 §17.2.5). nil: there are no keys for it.
func (o *opener) open(p *quic.Long, m *heron.Message) *session {
	side, e := dissect.Side(m), dissect.EndsOf(m)
	var err error
	if s := o.sessions.Get(e); s != nil {
		o.frames, o.scratch, err = s.keys[side].Open(o.frames[:0], o.scratch, p)
		if err == nil {
			return s
		}
	}
	if side == 1 || !p.Whole {
		return nil
	}
	client, server, err := quic.InitialKeys(p.Version, p.DCID)
	if err != nil {
		return nil
	}
	if o.frames, o.scratch, err = client.Open(o.frames[:0], o.scratch, p); err != nil {
		return nil
	}
	s := o.sessions.Put(e)
	s.keys = [2]quic.Keys{client, server}
	s.streams[0].Reset()
	s.streams[1].Reset()
	return s
}
