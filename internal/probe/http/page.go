package http

import (
	"bytes"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
	"github.com/heron-iot/heron/internal/wire"
)

// place is a page of the host.
type place struct {
	tls  bool
	port uint16
	path string
}

// follow returns where a reference leads from a place; false when it leads to nobody,
// to another host or to what is no web page.
func (p place) follow(host netip.Addr, reference string) (place, bool) {
	base := url.URL{Scheme: "http", Host: netip.AddrPortFrom(host, p.port).String(), Path: "/"}
	if p.tls {
		base.Scheme = "https"
	}
	here, err := base.Parse(p.path)
	if err != nil || reference == "" {
		return place{}, false
	}
	u, err := here.Parse(reference)
	if err != nil || u.User != nil || u.Scheme != "http" && u.Scheme != "https" {
		return place{}, false
	}
	if a, err := netip.ParseAddr(u.Hostname()); err != nil || a != host.WithZone("") {
		return place{}, false
	}
	next := place{tls: u.Scheme == "https", path: u.RequestURI()}
	next.port = usual(next.tls)
	if text := u.Port(); text != "" {
		n, err := strconv.ParseUint(text, 10, 16)
		if err != nil {
			return place{}, false
		}
		next.port = uint16(n)
	}
	return next, len(next.path) <= maxPath
}

// maxPath bounds what is asked for.
const maxPath = 256

// page is what a browser sees in an answer.
type page struct {
	leadsTo   string // another page, to which it goes by itself
	icon      string
	generator string
	form      string   // where a form with a password is sent
	fields    []string // that form's
}

// maxFields bounds the fields of a form that are told.
const maxFields = 12

// look reads an answer.
func look(r *response) page {
	p := page{}
	if r.head.Status/100 == 3 {
		p.leadsTo = wire.Text(r.head.Get("Location"), maxPath)
		return p
	}
	if isIcon(r) {
		return p
	}
	var form string
	var fields []string
	secret := false
	tags(r.body, func(name string, attribute func(string) string) {
		switch name {
		case "link":
			if strings.Contains(strings.ToLower(attribute("rel")), "icon") && p.icon == "" {
				p.icon = attribute("href")
			}
		case "meta":
			p.meta(attribute)
		case "form":
			form, fields = attribute("action"), nil
		case "input":
			secret = secret || strings.EqualFold(attribute("type"), "password")
			if field := attribute("name"); field != "" && len(fields) < maxFields {
				fields = append(fields, field)
			}
		case "/form":
			if secret && p.fields == nil {
				p.form, p.fields = form, fields
			}
			secret = false
		}
	})
	if secret && p.fields == nil {
		p.form, p.fields = form, fields
	}
	if p.leadsTo == "" {
		p.leadsTo = scripted(r.body)
	}
	return p
}

// meta reads what a page says of itself.
func (p *page) meta(attribute func(string) string) {
	if strings.EqualFold(attribute("name"), "generator") {
		p.generator = attribute("content")
	}
	if strings.EqualFold(attribute("http-equiv"), "refresh") {
		_, to, ok := strings.Cut(attribute("content"), "=") // 0; url=/login.html
		if ok {
			p.leadsTo = strings.Trim(strings.TrimSpace(to), `'"`)
		}
	}
}

// tell tells what the page has beside what the dissector reads.
func (p *page) tell(c *probe.Conn) {
	c.Emit("http.generator", p.generator)
	if len(p.fields) > 0 {
		action, _, _ := strings.Cut(p.form, "?")
		c.Emit("http.login_form", strings.TrimSpace(action+" "+strings.Join(p.fields, " ")))
	}
}

// shortPage is what a page is at most that does nothing but lead to another.
const shortPage = 4 << 10

// goes finds where a script goes.
var goes = regexp.MustCompile(`\blocation(?:\.href)?\s*=\s*["']([^"'\s]+)["']|\blocation\.(?:replace|assign)\(\s*["']([^"'\s]+)["']`)

// scripted returns where the script of a page without a title or a form goes.
func scripted(body []byte) string {
	lower := bytes.ToLower(body)
	if len(body) > shortPage || bytes.Contains(lower, []byte("<form")) {
		return ""
	}
	for _, m := range goes.FindAllSubmatch(body, 1) {
		for _, to := range m[1:] {
			if len(to) > 0 {
				return wire.Text(to, maxPath)
			}
		}
	}
	return ""
}

// maxTags bounds the tags of a page that are looked at.
const maxTags = 4096

// tags goes through the tags of a page, their names in lower case.
func tags(body []byte, each func(name string, attribute func(string) string)) {
	for range maxTags {
		_, rest, ok := bytes.Cut(body, []byte("<"))
		tag, after, closed := bytes.Cut(rest, []byte(">"))
		if !ok || !closed {
			return
		}
		body = after
		name, attributes, _ := strings.Cut(wire.Text(tag, heron.MaxObservationValue), " ")
		each(strings.ToLower(name), func(want string) string { return attributeOf(attributes, want) })
	}
}

// attributeOf finds the value of an attribute in the text of a tag.
func attributeOf(text, want string) string {
	for {
		name, rest, ok := strings.Cut(text, "=")
		if !ok {
			return ""
		}
		if i := strings.LastIndexByte(strings.TrimSpace(name), ' '); i >= 0 {
			name = strings.TrimSpace(name)[i+1:]
		}
		rest = strings.TrimLeft(rest, " ")
		var value, after string
		if quote := strings.IndexAny(rest, `"'`); quote == 0 {
			value, after, _ = strings.Cut(rest[1:], rest[:1])
		} else {
			value, after, _ = strings.Cut(rest, " ")
		}
		if strings.EqualFold(strings.TrimSpace(name), want) {
			return strings.TrimSpace(value)
		}
		text = after
	}
}
