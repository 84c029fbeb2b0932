package httpapi

import (
	"context"
	"time"

	"github.com/heron-iot/heron"
)

// Outcomes of an audited request.
const (
	outcomeOK     = "ok"
	outcomeDenied = "denied"
	outcomeFailed = "failed"
)

// audited runs h and, when the route changes something, writes what became of
// it to the audit log before the answer goes out. A change that cannot be
// recorded is answered with an error: nobody may act unseen.
func audited[I, O any](
	ctx context.Context, s *Server, r Route, in *I, h func(context.Context, *I) (*O, error),
) (out *O, err error) {
	if r.Audit == "" {
		return h(ctx, in)
	}
	outcome := outcomeFailed
	defer func() {
		if outcome == "" {
			return
		}
		if wrote := s.audit(ctx, r.Audit, outcome); wrote != nil && err == nil {
			out, err = nil, &heron.Error{
				Code: heron.CodeUnavailable, Err: wrote,
				Message: "done, but the audit log could not be written; mend the store before changing more",
			}
		}
	}()
	out, err = h(ctx, in)
	switch code := heron.ErrorCode(err); code {
	case "":
		outcome = outcomeOK
	case heron.CodeUnauthorized, heron.CodeForbidden:
		outcome = outcomeDenied
	case heron.CodeTooMany:
		// Throttled requests are counted, not recorded: a flood must not fill the log.
		outcome = ""
	default:
		about(ctx, "", "error", heron.ErrorMessage(err))
	}
	return out, err
}

// audit appends one entry about the request. It goes on when the caller has
// hung up, for a while.
func (s *Server) audit(ctx context.Context, action, outcome string) error {
	e := heron.AuditEntry{
		Time: s.now(), Actor: actor(ctx), Action: action, Outcome: outcome,
	}
	if st := stateOf(ctx); st != nil {
		e.Object, e.Detail = st.object, st.detail
		if st.source.IsValid() {
			e.Source = st.source.String()
		}
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := s.opt.Store.AppendAudit(ctx, &e); err != nil {
		s.metrics.audit.Inc()
		s.log.Error("audit entry not written", "action", action, "outcome", outcome, "error", err)
		return err
	}
	return nil
}

// now is the server's clock.
func (s *Server) now() heron.Time { return heron.TimeOf(s.opt.Now()) }
