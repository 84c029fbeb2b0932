package client

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/coder/websocket"

	"github.com/heron-iot/heron"
)

// Kinds of live message about the stream itself.
const (
	// LiveHello is the first message of each connection.
	LiveHello heron.LiveKind = "hello"
	// LiveReset says that messages were missed that cannot be had again: what
	// was read before must be read anew.
	LiveReset heron.LiveKind = "reset"
)

// liveResume is the server's word to a reader that is too slow.
const liveResume heron.LiveKind = "resume"

// maxLive bounds one live message.
const maxLive = 8 << 20

// Pauses between tries to connect again.
const (
	firstPause = 250 * time.Millisecond
	lastPause  = 15 * time.Second
)

// Live reads the live stream: messages after since (from now on when it is
// negative) of the given kinds (all when there are none). It connects again by
// itself and goes on where it was; LiveHello tells of each connection. It ends
// with the context, or with an error that trying again would not mend.
func (c *Client) Live(ctx context.Context, since int64, kinds ...heron.LiveKind) iter.Seq2[heron.Live, error] {
	return func(yield func(heron.Live, error) bool) {
		s := &stream{c: c, since: since, kinds: kinds, yield: yield}
		pause := firstPause
		for {
			err := s.connection(ctx)
			switch {
			case s.stopped || ctx.Err() != nil:
				return
			case final(err):
				yield(heron.Live{}, err)
				return
			}
			if s.heard {
				pause = firstPause
			}
			select {
			case <-ctx.Done():
				return
			case <-time.After(pause):
			}
			pause = min(2*pause, lastPause)
		}
	}
}

// stream is one call of Live.
type stream struct {
	c       *Client
	since   int64 // negative: from now
	kinds   []heron.LiveKind
	yield   func(heron.Live, error) bool
	stopped bool // the caller has had enough
	heard   bool // the last connection brought something
}

// connection reads one connection to its end.
func (s *stream) connection(ctx context.Context) error {
	s.heard = false
	greeted := false
	conn, err := s.dial(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.CloseNow() }()
	conn.SetReadLimit(maxLive)
	for {
		_, text, err := conn.Read(ctx)
		if err != nil {
			if websocket.CloseStatus(err) == closeSessionOver {
				return heron.Errorf(heron.CodeUnauthorized, "the session is over; log in again")
			}
			return err
		}
		var l heron.Live
		if err := json.Unmarshal(text, &l); err != nil {
			return heron.Errorf(heron.CodeUnavailable, "the live stream makes no sense: %v", err)
		}
		s.heard = true
		switch {
		case l.Kind == liveResume:
			s.since = l.Seq
			continue
		case l.Kind == LiveHello && greeted: // a sign of life
			continue
		}
		greeted = true
		if !s.yield(l, nil) {
			s.stopped = true
			return nil
		}
		s.note(l)
	}
}

// note moves the place to go on from. Only a reset may go back.
func (s *stream) note(l heron.Live) {
	if l.Kind == LiveReset {
		s.since = l.Seq
		return
	}
	s.since = max(s.since, l.Seq)
}

// closeSessionOver is the server's close code for a session that ended.
const closeSessionOver websocket.StatusCode = 4001

func (s *stream) dial(ctx context.Context) (*websocket.Conn, error) {
	q := url.Values{}
	if s.since >= 0 {
		q.Set("since", strconv.FormatInt(s.since, 10))
	}
	names := make([]string, len(s.kinds))
	for i, k := range s.kinds {
		names[i] = string(k)
	}
	set(q, "kinds", strings.Join(names, ","))
	u := s.c.base.JoinPath("api", "v1", "live")
	u.RawQuery = q.Encode()
	header := http.Header{}
	s.c.sign(header)
	conn, res, err := websocket.Dial(ctx, u.String(), &websocket.DialOptions{HTTPClient: s.c.http, HTTPHeader: header})
	if err == nil {
		return conn, nil
	}
	if res != nil && res.StatusCode >= 300 {
		text, readErr := io.ReadAll(io.LimitReader(res.Body, 64<<10))
		return nil, errors.Join(problem(res, text), readErr)
	}
	return nil, s.c.unreachable(ctx, err)
}

// final reports whether trying again would bring the same answer.
func final(err error) bool {
	switch heron.ErrorCode(err) {
	case heron.CodeInvalid, heron.CodeUnauthorized, heron.CodeForbidden, heron.CodeNotFound:
		return true
	}
	return false
}
