package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/heron-iot/heron"
)

// Problem is the body of every error answer: problem details (RFC 9457) with
// the platform's own code and a hint what to do.
type Problem struct {
	Type   string     `json:"type" doc:"Always about:blank; code tells problems apart."`
	Title  string     `json:"title" doc:"The HTTP status in words."`
	Status int        `json:"status"`
	Code   heron.Code `json:"code"`
	Detail string     `json:"detail" doc:"What went wrong, for a person to read."`
	Hint   string     `json:"hint,omitempty" doc:"What to do about it."`
	// RequestID is in the server's log, too.
	RequestID string         `json:"request_id,omitempty"`
	Errors    []FieldProblem `json:"errors,omitempty"`

	retryAfter string
}

// FieldProblem is one fault in the input.
type FieldProblem struct {
	Location string `json:"location"` // as body.name or query.limit
	Message  string `json:"message"`
}

// Error implements error.
func (p *Problem) Error() string { return p.Detail }

// GetStatus implements huma.StatusError.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders implements huma.HeadersError.
func (p *Problem) GetHeaders() http.Header {
	if p.retryAfter == "" {
		return nil
	}
	return http.Header{"Retry-After": {p.retryAfter}}
}

// ContentType implements huma.ContentTypeFilter.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// retryError is an error that goes away by itself after some seconds.
type retryError struct {
	cause *heron.Error
	after string // seconds
}

// Error implements error.
func (e *retryError) Error() string { return e.cause.Error() }

// Unwrap returns the error with its code.
func (e *retryError) Unwrap() error { return e.cause }

// errNotModified answers a conditional request whose tag still holds.
var errNotModified = errors.New("not modified")

// errStale is a conflict that If-Match was meant to find.
var errStale = errors.New("version is stale")

// statusOf maps a code to the HTTP status.
func statusOf(c heron.Code) int {
	switch c {
	case heron.CodeInvalid:
		return http.StatusBadRequest
	case heron.CodeUnauthorized:
		return http.StatusUnauthorized
	case heron.CodeForbidden:
		return http.StatusForbidden
	case heron.CodeNotFound:
		return http.StatusNotFound
	case heron.CodeConflict:
		return http.StatusConflict
	case heron.CodeTooMany:
		return http.StatusTooManyRequests
	case heron.CodeUnavailable:
		return http.StatusServiceUnavailable
	case heron.CodeUnsupported:
		return http.StatusNotImplemented
	}
	return http.StatusInternalServerError
}

// codeOf maps an HTTP status to the nearest code: for errors found before a
// handler ran.
func codeOf(status int) heron.Code {
	switch status {
	case http.StatusUnauthorized:
		return heron.CodeUnauthorized
	case http.StatusForbidden:
		return heron.CodeForbidden
	case http.StatusNotFound:
		return heron.CodeNotFound
	case http.StatusConflict, http.StatusPreconditionFailed:
		return heron.CodeConflict
	case http.StatusTooManyRequests:
		return heron.CodeTooMany
	case http.StatusServiceUnavailable, http.StatusRequestTimeout:
		return heron.CodeUnavailable
	}
	if status < 500 {
		return heron.CodeInvalid
	}
	return heron.CodeInternal
}

// hintOf says what to do about a code, where the message does not.
func hintOf(c heron.Code) string {
	switch c {
	case heron.CodeUnauthorized:
		return "Log in, or send a valid token: Authorization: Bearer hrn_…"
	case heron.CodeConflict:
		return "Read it again, look at what changed, and repeat the request."
	case heron.CodeTooMany:
		return "Wait as long as Retry-After says."
	case heron.CodeUnavailable:
		return "Try again in a moment; /readyz says what is missing."
	case heron.CodeInternal:
		return "Look for the request id in the server's log."
	}
	return ""
}

// newProblem makes a problem; the caller fills in what is particular.
func newProblem(ctx context.Context, status int, code heron.Code, detail string) *Problem {
	p := &Problem{
		Type: "about:blank", Title: http.StatusText(status), Status: status,
		Code: code, Detail: detail, Hint: hintOf(code),
	}
	if st := stateOf(ctx); st != nil {
		p.RequestID = st.id
	}
	return p
}

// problemOf turns any error of a handler into what the caller may see. What
// has no code is logged here, once, and stays here.
func (s *Server) problemOf(ctx context.Context, err error) huma.StatusError {
	if p, ok := errors.AsType[*Problem](err); ok {
		return p
	}
	if errors.Is(err, errNotModified) {
		return &Problem{Status: http.StatusNotModified}
	}
	if errors.Is(err, context.DeadlineExceeded) {
		s.log.Warn("request timed out", "request_id", requestID(ctx), "error", err)
		return newProblem(ctx, http.StatusServiceUnavailable, heron.CodeUnavailable,
			"the request took too long and was given up")
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return newProblem(ctx, http.StatusRequestEntityTooLarge, heron.CodeInvalid,
			"the body is larger than this server accepts")
	}
	code := heron.ErrorCode(err)
	status := statusOf(code)
	if errors.Is(err, errStale) {
		status = http.StatusPreconditionFailed
	}
	if code == heron.CodeInternal && ctx.Err() == nil {
		s.log.Error("request failed", "request_id", requestID(ctx), "error", err)
	}
	p := newProblem(ctx, status, code, heron.ErrorMessage(err))
	if r, ok := errors.AsType[*retryError](err); ok {
		p.retryAfter = r.after
	}
	return p
}

// fromHuma turns an error that the framework found in the input into a
// Problem. Values are left out: they may be secrets.
func fromHuma(ctx context.Context, m *huma.ErrorModel) *Problem {
	p := newProblem(ctx, m.Status, codeOf(m.Status), m.Detail)
	for _, e := range m.Errors {
		p.Errors = append(p.Errors, FieldProblem{Location: e.Location, Message: e.Message})
	}
	if p.Code == heron.CodeInternal {
		p.Detail = heron.ErrorMessage(m)
	}
	if len(p.Errors) > 0 && p.Errors[0].Location != "" {
		p.Detail = p.Errors[0].Location + ": " + p.Errors[0].Message
	}
	return p
}

// writeProblem answers with err outside the framework.
func (s *Server) writeProblem(w http.ResponseWriter, r *http.Request, err error) {
	p := s.problemOf(r.Context(), err)
	if h, ok := p.(huma.HeadersError); ok {
		for k, v := range h.GetHeaders() {
			w.Header()[k] = v
		}
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.GetStatus())
	if err := json.NewEncoder(w).Encode(p); err != nil {
		s.log.Debug("answer not written", "request_id", requestID(r.Context()), "error", err)
	}
}

// writeHumaProblem answers with p from inside a framework middleware.
func (s *Server) writeHumaProblem(ctx huma.Context, p huma.StatusError) {
	if h, ok := p.(huma.HeadersError); ok {
		for k, v := range h.GetHeaders() {
			ctx.SetHeader(k, v[0])
		}
	}
	ctx.SetHeader("Content-Type", "application/problem+json")
	ctx.SetStatus(p.GetStatus())
	if err := json.NewEncoder(ctx.BodyWriter()).Encode(p); err != nil {
		s.log.Debug("answer not written", "request_id", requestID(ctx.Context()), "error", err)
	}
}

// problemResponse describes all error answers of an operation.
func problemResponse() *huma.Response {
	return &huma.Response{
		Description: "Problem details (RFC 9457).",
		Content: map[string]*huma.MediaType{
			"application/problem+json": {Schema: &huma.Schema{Ref: "#/components/schemas/Problem"}},
		},
	}
}
