// Package http asks a web server for its first page, as any browser would (RFC 9112),
// in clear and over TLS: one connection, one request after the other. It goes where
// the page leads on the same host, at most two steps, and fetches the icon.
//
// The dissector reads the pages: http.server, http.title, http.www_authenticate … The
// probe tells what a browser sees besides: http.favicon_mmh3 and http.favicon_md5,
// http.login_form, http.generator.
package http

import (
	"cmp"
	"context"
	"net/netip"
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
)

// Bounds: the first page, two steps, and the icon.
const (
	maxSteps   = 2
	maxWrites  = 1 + maxSteps + 1
	maxRequest = 512
	maxAnswer  = 512 << 10
)

// name is the probe's, to which pages lead.
const name = "http"

// Probe returns the probe.
func Probe() probe.Probe {
	const page = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
	return probe.Probe{
		Name: name, Transport: heron.TCP, Ports: []uint16{80, 8080, 8000, 8081, 8888, 81, 88, 5000},
		TLSPorts: []uint16{443, 8443, 4443}, Safety: probe.ReadOnly, Worth: 2,
		MaxWrites: maxWrites, MaxBytes: maxWrites * maxRequest, MaxAnswer: maxAnswer,
		Rehearse: [][]byte{[]byte(page)}, Spec: "RFC 9112", Run: run,
	}
}

// run fetches the page, goes where it leads, and fetches the icon.
func run(_ context.Context, c *probe.Conn) error {
	v := visit{c: c, at: place{tls: c.Target().TLS, port: c.Target().Port, path: cmp.Or(c.Target().Path, "/")}}
	for range 1 + maxSteps {
		r, err := v.fetch(v.at.path)
		if err != nil {
			return err
		}
		tellIcon(c, &r)
		p := look(&r)
		p.tell(c)
		describe(c, &r)
		next, ok := v.at.follow(c.Target().Host, p.leadsTo)
		if !ok {
			return v.icon(&r, &p)
		}
		if !v.stays(next) {
			return nil
		}
	}
	return nil
}

// visit is one connection, and the page that it is at.
type visit struct {
	c    *probe.Conn
	at   place
	open bool // another request may be sent
}

// stays moves to another page, and reports whether it can be asked for in this
// connection; if not it is asked for in another.
func (v *visit) stays(next place) bool {
	same := next.tls == v.at.tls && next.port == v.at.port
	if next == v.at {
		return false
	}
	v.at = next
	if same && v.open {
		return true
	}
	path := next.path
	if path == "/" {
		path = "" // as it is asked anyway
	}
	v.c.Follow(probe.Follow{Probe: name, Port: next.port, TLS: next.tls, Path: path})
	return false
}

// icon fetches the icon of a page that was found.
func (v *visit) icon(r *response, p *page) error {
	if r.head.Status != 200 || isIcon(r) {
		return nil
	}
	next, ok := v.at.follow(v.c.Target().Host, cmp.Or(p.icon, "/favicon.ico"))
	if !ok || next.tls != v.at.tls || next.port != v.at.port || !v.stays(next) {
		return nil
	}
	answer, err := v.fetch(next.path)
	if err == nil {
		tellIcon(v.c, &answer)
	}
	return nil // that the page has no icon is no fault
}

// host writes an address and a port as a request has them.
func host(a netip.Addr, port uint16, tls bool) string {
	text := a.WithZone("").String()
	if a.Is6() {
		text = "[" + text + "]"
	}
	if port != usual(tls) {
		text += ":" + strconv.Itoa(int(port))
	}
	return text
}

// usual is the port that a URL does not name.
func usual(tls bool) uint16 {
	if tls {
		return 443
	}
	return 80
}
