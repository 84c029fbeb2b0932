package httpapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/go-chi/chi/v5"

	"github.com/heron-iot/heron"
)

// Route is one route and who may call it.
type Route struct {
	Method  string
	Path    string
	ID      string // operation id in the OpenAPI description
	Tag     string // chapter in the OpenAPI description
	Summary string
	// Role is the least role; it must be set unless Public is.
	Role heron.Role
	// Public lets anyone in, without any sign of who they are.
	Public bool
	// Loopback lets programs on the same machine in without a role.
	Loopback bool
	// Audit names the audit entry; a method that changes something needs one.
	Audit string
	// Status is the status of success; 0 means 200, or 204 without a body.
	Status int
	// Unbounded lifts the time limit: uploads and the live stream.
	Unbounded bool
	// Doc is what the description says beyond the summary.
	Doc string
}

// check returns what is wrong with the declaration: the reason why New refuses it.
func (r Route) check() error {
	switch {
	case r.Public == (r.Role != heron.NoRole):
		return fmt.Errorf("route %s %s: declare a role, or Public", r.Method, r.Path)
	case !safeMethod(r.Method) && r.Audit == "":
		return fmt.Errorf("route %s %s: changes something, so it needs Audit", r.Method, r.Path)
	case r.Summary == "" || r.ID == "":
		return fmt.Errorf("route %s %s: needs ID and Summary", r.Method, r.Path)
	}
	return nil
}

// safeMethod reports whether a method changes nothing (RFC 9110 §9.2.1).
func safeMethod(m string) bool {
	return m == http.MethodGet || m == http.MethodHead || m == http.MethodOptions
}

// builder collects routes while New runs.
type builder struct {
	s   *Server
	top chi.Router
	api huma.API
	err error
}

// declare notes a route and the fault in it, if there is one.
func (b *builder) declare(r Route) {
	b.err = errors.Join(b.err, r.check())
	b.s.routes = append(b.s.routes, r)
	if r.Unbounded {
		b.s.unbounded[r.Method+" "+r.Path] = true
	}
}

// raw registers a route that speaks HTTP itself, with the role checked first.
func (b *builder) raw(r Route, h http.HandlerFunc) {
	b.declare(r)
	b.top.Method(r.Method, r.Path, http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if err := b.s.admit(req, r); err != nil {
			b.s.writeProblem(w, req, err)
			return
		}
		h(w, req)
	}))
}

// add registers a route of the REST API: h gets its input checked against the
// types and the role checked against the route; what it changed is audited.
func add[I, O any](b *builder, r Route, h func(context.Context, *I) (*O, error)) {
	b.declare(r)
	op := huma.Operation{
		Method: r.Method, Path: r.Path, OperationID: r.ID, Summary: r.Summary,
		Description: r.describe(), Tags: []string{r.Tag}, DefaultStatus: r.Status,
		Responses: map[string]*huma.Response{"default": problemResponse()},
	}
	if !r.Public {
		op.Security = []map[string][]string{{"session": {}}, {"token": {}}}
	}
	op.Middlewares = huma.Middlewares{b.guard(r)}
	s := b.s
	huma.Register(b.api, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := audited(ctx, s, r, in, h)
		if err != nil {
			return nil, s.problemOf(ctx, err)
		}
		if out != nil {
			fillNil(out)
		}
		return out, nil
	})
}

// describe says, for the reader of the API page, who may call the route.
func (r Route) describe() string {
	who := "Role: " + r.Role.String() + "."
	if r.Public {
		who = "Open to anyone."
	}
	return strings.TrimSpace(r.Doc + "\n\n" + who)
}

// guard refuses whoever may not call the route, before any input is read.
func (b *builder) guard(r Route) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		req, _ := humachi.Unwrap(ctx)
		if err := b.s.admit(req, r); err != nil {
			b.s.writeHumaProblem(ctx, b.s.problemOf(ctx.Context(), err))
			return
		}
		next(ctx)
	}
}

// sortRoutes puts the routes in the order of the documentation.
func sortRoutes(list []Route) {
	slices.SortStableFunc(list, func(a, b Route) int {
		if c := strings.Compare(a.Path, b.Path); c != 0 {
			return c
		}
		return strings.Compare(a.Method, b.Method)
	})
}

// etag is the entity tag of a version.
func etag(version int64) string { return `"` + strconv.FormatInt(version, 10) + `"` }

// matchTag reads a version from If-Match; "" and "*" are 0, any version.
func matchTag(tag string) (int64, error) {
	if tag == "" || tag == "*" {
		return 0, nil
	}
	v, err := strconv.ParseInt(strings.Trim(strings.TrimPrefix(tag, "W/"), `"`), 10, 64)
	if err != nil || v <= 0 {
		return 0, heron.Errorf(heron.CodeInvalid, "If-Match %.40q: send the ETag of the last answer as it was", tag)
	}
	return v, nil
}

// noneMatch reports whether an If-None-Match header names the tag (RFC 9110 §13.1.2).
func noneMatch(header, tag string) bool {
	for t := range strings.SplitSeq(header, ",") {
		if t = strings.TrimPrefix(strings.TrimSpace(t), "W/"); t == tag || t == "*" {
			return true
		}
	}
	return false
}
