package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/coder/websocket"

	"github.com/heron-iot/heron"
)

const livePath = "/api/v1/live"

// Pace of the live stream.
const (
	coalesce     = 100 * time.Millisecond // what changes within is sent once
	pingEvery    = 20 * time.Second       // also how often the session is looked at
	writeTimeout = 10 * time.Second
	maxBacklog   = 20_000 // a reader further behind starts afresh
	backlogPage  = 1000
)

// Close codes of our own (RFC 6455 §7.4.2).
const (
	closeSessionOver websocket.StatusCode = 4001 // log in again
	closeResume      websocket.StatusCode = 4002 // connect again with since
)

// notice is a message of the stream about the stream.
type notice struct {
	Type string `json:"type"` // hello, reset, resume
	Seq  int64  `json:"seq"`
}

func (s *Server) addLive(b *builder) {
	b.raw(Route{
		Method: http.MethodGet, Path: livePath, ID: "live", Tag: "live", Role: heron.Viewer,
		Summary: "Live stream (WebSocket)", Unbounded: true,
	}, s.live)
}

// Run feeds the live stream from the Backend until ctx ends. Without it the
// API works but nothing is live. A broken subscription is made again, and the
// readers fetch from the store what they missed.
func (s *Server) Run(ctx context.Context) error {
	for {
		err := s.opt.Backend.Live(ctx, s.hub.publish)
		if ctx.Err() != nil {
			return nil
		}
		s.log.Warn("live subscription broke; making it again", "error", err)
		s.hub.broken()
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(time.Second):
		}
	}
}

// latestSeq returns the number of the newest live message.
func (s *Server) latestSeq(ctx context.Context) (int64, error) {
	if seq := s.hub.latest.Load(); seq > 0 {
		return seq, nil
	}
	return s.opt.Store.LiveSeq(ctx)
}

// live serves one reader of the stream.
func (s *Server) live(w http.ResponseWriter, r *http.Request) {
	since, kinds, err := liveParams(r.URL.Query())
	if err != nil {
		s.writeProblem(w, r, err)
		return
	}
	rd := newReader(stateOf(r.Context()).who, kinds)
	if err := s.hub.join(rd); err != nil {
		s.writeProblem(w, r, err)
		return
	}
	defer s.hub.leave(rd)
	seq, err := s.latestSeq(r.Context())
	if err != nil {
		s.writeProblem(w, r, err)
		return
	}
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{OriginPatterns: s.originHosts()})
	if err != nil {
		// Accept has answered: not a WebSocket, or a page of another origin.
		s.log.Debug("live stream refused", "request_id", requestID(r.Context()), "error", err)
		return
	}
	defer func() { _ = conn.CloseNow() }()
	s.metrics.clients.Inc()
	defer s.metrics.clients.Dec()
	st := &stream{s: s, conn: conn, reader: rd, latest: seq, sent: seq}
	if since != nil {
		st.sent = *since
	}
	st.serve(r.Context(), since != nil)
}

// liveParams reads since (nil: from now) and kinds (nil: all).
func liveParams(q url.Values) (since *int64, kinds map[heron.LiveKind]bool, err error) {
	if v := q.Get("since"); v != "" {
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil || n < 0 {
			return nil, nil, heron.Errorf(heron.CodeInvalid, "since %.40q: want the sequence number of a message", v)
		}
		since = &n
	}
	for _, w := range splitWords(q["kinds"]) {
		if !knownKind(heron.LiveKind(w)) {
			return nil, nil, heron.Errorf(heron.CodeInvalid, "kinds %.40q: want some of %s", w, joined(liveKinds()))
		}
		if kinds == nil {
			kinds = map[heron.LiveKind]bool{}
		}
		kinds[heron.LiveKind(w)] = true
	}
	return since, kinds, nil
}

func knownKind(k heron.LiveKind) bool {
	for _, known := range liveKinds() {
		if k == known {
			return true
		}
	}
	return false
}

func liveKinds() []heron.LiveKind {
	return []heron.LiveKind{
		heron.LiveDevice, heron.LiveDeviceGone, heron.LiveTimeline, heron.LiveAlert, heron.LiveIncident,
		heron.LiveRisk, heron.LiveVulnerability, heron.LiveAction, heron.LiveSensor, heron.LiveUpload, heron.LiveStats,
	}
}

// originHosts are the hosts whose pages may connect beside our own.
func (s *Server) originHosts() []string {
	var hosts []string
	for _, o := range s.opt.Origins {
		if u, err := url.Parse(o); err == nil {
			hosts = append(hosts, u.Host)
		}
	}
	return hosts
}

// stream is one connection. It belongs to the goroutine that serves it.
type stream struct {
	s      *Server
	conn   *websocket.Conn
	reader *reader
	latest int64          // newest message when the reader came
	sent   int64          // a reader that resumes from here misses nothing
	caught map[int64]bool // sent from the store, so not to be sent again
}

// serve sends until the connection or the session ends.
func (st *stream) serve(ctx context.Context, resume bool) {
	// The reader has nothing to say; reading is how its close is seen.
	ctx = st.conn.CloseRead(ctx)
	code, reason := websocket.StatusNormalClosure, ""
	switch err := st.run(ctx, resume); {
	case err == nil || ctx.Err() != nil:
	case errors.Is(err, errSessionOver):
		code, reason = closeSessionOver, "the session is over"
	case errors.Is(err, errTooSlow):
		code, reason = closeResume, "too slow: resume"
	case errors.Is(err, errStopping):
		code, reason = websocket.StatusGoingAway, "the server stops"
	default:
		st.s.log.Debug("live stream ended", "error", err)
		code, reason = websocket.StatusInternalError, "internal error"
	}
	// A connection that is gone cannot be closed in order; that is fine.
	_ = st.conn.Close(code, reason)
}

// run is the life of a connection: hello, what was missed, then what comes.
func (st *stream) run(ctx context.Context, resume bool) error {
	if err := st.note(ctx, "hello", st.sent); err != nil {
		return err
	}
	if resume {
		if err := st.catchUp(ctx, st.sent); err != nil {
			return err
		}
	}
	ping := time.NewTicker(pingEvery)
	defer ping.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return nil
		case err = <-st.reader.ended:
		case <-ping.C:
			err = st.check(ctx)
		case <-st.reader.wake:
			err = st.flush(ctx)
		}
		if err != nil {
			return err
		}
	}
}

// check sees whether the other side and its session still live. Another hello
// tells the page, which cannot see pings, that we do.
func (st *stream) check(ctx context.Context) error {
	// What the store and the subscription both had is past by now.
	st.caught = nil
	if err := st.s.recheck(ctx, st.reader.who); heron.ErrorCode(err) == heron.CodeUnauthorized {
		return errSessionOver
	}
	if err := st.note(ctx, "hello", st.sent); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, writeTimeout)
	defer cancel()
	return st.conn.Ping(ctx)
}

// flush waits a moment for more of the same, then sends what is in the box.
func (st *stream) flush(ctx context.Context) error {
	select {
	case <-time.After(coalesce):
	case <-ctx.Done():
		return nil
	}
	box, over := st.reader.take()
	if over {
		st.s.metrics.overruns.Inc()
		if err := st.note(ctx, "resume", st.sent); err != nil {
			return err
		}
		return errTooSlow
	}
	newest := st.sent
	for _, m := range box {
		if st.caught[m.seq] {
			continue
		}
		if err := st.write(ctx, m.text); err != nil {
			return err
		}
		st.s.metrics.sent.Inc()
		newest = max(newest, m.seq)
	}
	st.sent = newest
	return nil
}

// catchUp sends what the reader missed since a number, or tells it to start
// afresh when the store has forgotten, or when that would be too much.
func (st *stream) catchUp(ctx context.Context, since int64) error {
	if since > st.latest {
		return st.reset(ctx)
	}
	var backlog []heron.Live
	for {
		page, oldest, err := st.s.opt.Store.LiveSince(ctx, since, backlogPage)
		if err != nil {
			return err
		}
		if since+1 < oldest || len(backlog) > maxBacklog {
			return st.reset(ctx)
		}
		backlog = append(backlog, page...)
		if len(page) < backlogPage {
			break
		}
		since = page[len(page)-1].Seq
	}
	return st.sendBacklog(ctx, backlog)
}

// reset tells the reader to read everything anew, and goes on from now.
func (st *stream) reset(ctx context.Context) error {
	st.sent = st.latest
	return st.note(ctx, "reset", st.latest)
}

func (st *stream) sendBacklog(ctx context.Context, backlog []heron.Live) error {
	st.caught = make(map[int64]bool, len(backlog))
	for _, l := range latestOf(backlog) {
		if st.reader.kinds != nil && !st.reader.kinds[l.Kind] {
			continue
		}
		text, err := json.Marshal(l)
		if err != nil {
			return err
		}
		if err := st.write(ctx, text); err != nil {
			return err
		}
	}
	for _, l := range backlog {
		st.caught[l.Seq] = true
		st.sent = max(st.sent, l.Seq)
	}
	return nil
}

// latestOf leaves out what a later message about the same thing replaces.
func latestOf(list []heron.Live) []heron.Live {
	last := make(map[subject]int, len(list))
	for i, l := range list {
		last[subject{l.Kind, l.ID}] = i
	}
	out := list[:0:0]
	for i, l := range list {
		if l.Kind == heron.LiveTimeline || last[subject{l.Kind, l.ID}] == i {
			out = append(out, l)
		}
	}
	return out
}

func (st *stream) note(ctx context.Context, kind string, seq int64) error {
	text, err := json.Marshal(notice{Type: kind, Seq: seq})
	if err != nil {
		return err
	}
	return st.write(ctx, text)
}

func (st *stream) write(ctx context.Context, text []byte) error {
	ctx, cancel := context.WithTimeout(ctx, writeTimeout)
	defer cancel()
	return st.conn.Write(ctx, websocket.MessageText, text)
}
