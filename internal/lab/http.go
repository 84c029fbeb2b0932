package lab

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/wire"
)

// web is the HTTP server of a device (RFC 9112). Texts may hold what Host.fill
// knows.
type web struct {
	server  string   // Server header; "" for none
	headers []string // further ones
	// auth is the WWW-Authenticate challenge for every page that is not listed.
	auth string
	// pages are by path; "/" stands for every other path when there is no auth.
	pages map[string]page
}

type page struct {
	kind string // Content-Type; "" is text/html
	body string
	code int // 0 is 200
	more []string
}

// maxHead bounds what a client may send before the empty line.
const maxHead = 16 << 10

// httpService is a web server on a port.
func httpService(port uint16, w web) Service {
	return Service{Protocol: "http", Transport: heron.TCP, Port: port, Answer: w.answer}
}

// httpsService is one inside TLS.
func httpsService(port uint16, w web) Service {
	s := httpService(port, w)
	s.Protocol, s.TLS = "tls", true
	return s
}

func (w web) answer(h *Host, q Query) Reply {
	end := bytes.Index(q.Bytes, []byte("\r\n\r\n"))
	if end < 0 {
		if len(q.Bytes) > maxHead {
			return Reply{Used: len(q.Bytes), Close: true}
		}
		return Reply{}
	}
	head := wire.NewReader(q.Bytes)
	method := string(head.Until(' ', 16))
	target := string(head.Until(' ', 4096))
	head.Line(64)
	length, closing := 0, false
	for line := head.Line(4096); len(line) > 0; line = head.Line(4096) {
		name, value, _ := strings.Cut(string(line), ":")
		switch value = strings.TrimSpace(value); strings.ToLower(name) {
		case "content-length":
			length, _ = strconv.Atoi(value)
		case "connection":
			closing = strings.EqualFold(value, "close")
		}
	}
	used := end + 4
	if length < 0 || length > 1<<20 {
		return Reply{Used: len(q.Bytes), Close: true}
	}
	if len(q.Bytes) < used+length {
		return Reply{}
	}
	path, _, _ := strings.Cut(target, "?")
	return Reply{Used: used + length, Bytes: w.response(h, method, path), Close: closing}
}

// response is the answer to one request.
func (w web) response(h *Host, method, path string) []byte {
	p, ok := w.pages[path]
	if !ok {
		p, ok = w.pages["/"]
		ok = ok && w.auth == ""
	}
	switch {
	case !ok && w.auth != "":
		p = page{code: 401, body: "<html><head><title>401 Unauthorized</title></head></html>"}
		p.more = []string{"WWW-Authenticate: " + w.auth}
	case !ok:
		p = page{code: 404, body: "<html><head><title>404 Not Found</title></head></html>"}
	}
	body := h.fill(p.body)
	var b strings.Builder
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\n", max(p.code, 200), reason(p.code))
	if w.server != "" {
		fmt.Fprintf(&b, "Server: %s\r\n", h.fill(w.server))
	}
	kind := p.kind
	if kind == "" {
		kind = "text/html"
	}
	fmt.Fprintf(&b, "Content-Type: %s\r\nContent-Length: %d\r\n", kind, len(body))
	for _, list := range [][]string{w.headers, p.more} {
		for _, line := range list {
			b.WriteString(h.fill(line) + "\r\n")
		}
	}
	b.WriteString("\r\n")
	if method != "HEAD" {
		b.WriteString(body)
	}
	return []byte(b.String())
}

func reason(code int) string {
	switch code {
	case 302:
		return "Found"
	case 401:
		return "Unauthorized"
	case 404:
		return "Not Found"
	}
	return "OK"
}

// get is the request of a client for one page.
func get(host *Host, path, agent string) []byte {
	b := "GET " + path + " HTTP/1.1\r\nHost: " + host.IP.String() + "\r\n"
	if agent != "" {
		b += "User-Agent: " + agent + "\r\n"
	}
	return []byte(b + "Accept: */*\r\n\r\n")
}

// title is a page with not much more than its title.
func title(text string) page {
	return page{body: "<!DOCTYPE html><html><head><title>" + text + "</title></head><body></body></html>"}
}
