package httpapi_test

import (
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"github.com/heron-iot/heron"
)

// camera makes a device worth finding.
func camera(id, name, vendor, firmware string) heron.Device {
	return heron.Device{
		ID: id, Name: name, Local: true, IPs: []netip.Addr{netip.MustParseAddr("10.0.0.9")},
		Identity: heron.Identity{
			Vendor: &heron.Claim{Value: vendor, Confidence: 0.9}, Type: heron.Claim{Value: "camera", Confidence: 0.9},
			Firmware: &heron.Claim{Value: firmware, Confidence: 0.9},
		},
		First: 1, Last: heron.Hour,
	}
}

func TestClusters(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	one, two := camera("d1", "one", "Acme", "1"), camera("d2", "two", "Acme", "1")
	one.Identity.Type.Value, two.Identity.Type.Value = heron.Unknown, heron.Unknown
	w.devices(one, two, camera("d3", "three", "Acme", "1"))
	c := w.token(heron.Analyst)
	got := decode[heron.Clusters](t, c.do("GET", "/api/v1/clusters", nil))
	if got.Unknown != 2 || len(got.Items) != 1 || len(got.Items[0].Members) != 2 || got.Items[0].Common[0].Value != "tcp/80" {
		t.Errorf("%+v", got)
	}
	a := c.do("PUT", "/api/v1/clusters/all/identity/vendor", map[string]string{"value": " Zenith ", "reason": "I stood before them"})
	changed := decode[heron.List[heron.Device]](t, a).Items
	if len(changed) != 2 || changed[1].Corrections[0].Value != "Zenith" || changed[1].Corrections[0].Ruling != heron.RulingLock {
		t.Errorf("%d %+v", a.status, changed)
	}
	for path, want := range map[string]int{
		"/api/v1/clusters/none/identity/vendor": http.StatusNotFound,
		"/api/v1/clusters/all/identity/colour":  http.StatusUnprocessableEntity,
		"/api/v1/clusters/all/identity/type":    http.StatusBadRequest,
	} {
		if a := c.do("PUT", path, map[string]string{"value": "teapot"}); a.status != want {
			t.Errorf("%s: %d %s, want %d", path, a.status, a.body, want)
		}
	}
	if a := w.token(heron.Viewer).do("PUT", "/api/v1/clusters/all/identity/vendor", map[string]string{"value": "Zenith"}); a.status != http.StatusForbidden {
		t.Errorf("a viewer: %d", a.status)
	}
}

// TestClustersOfManyDevices: a list has the most typical of each group, the group
// itself has all, and both say how many there are.
func TestClustersOfManyDevices(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	many := make([]heron.Device, 3*heron.MembersListed)
	for i := range many {
		many[i] = camera(fmt.Sprint("d", i), "one", "Acme", "1")
		many[i].Identity.Type.Value = heron.Unknown
	}
	w.devices(many...)
	c := w.token(heron.Analyst)
	got := decode[heron.Clusters](t, c.do("GET", "/api/v1/clusters", nil))
	if g := got.Items[0]; got.Total != 1 || g.Size != len(many) || len(g.Members) != heron.MembersListed {
		t.Errorf("%d groups; the first of %d devices lists %d", got.Total, g.Size, len(g.Members))
	}
	if g := decode[heron.Cluster](t, c.do("GET", "/api/v1/clusters/all", nil)); len(g.Members) != len(many) {
		t.Errorf("the group has %d members", len(g.Members))
	}
	if a := c.do("GET", "/api/v1/clusters/none", nil); a.status != http.StatusNotFound {
		t.Errorf("no group: %d", a.status)
	}
	a := c.do("PUT", "/api/v1/clusters/all/identity/vendor", map[string]string{"value": "Zenith"})
	if l := decode[heron.List[heron.Device]](t, a); l.Total != len(many) || len(l.Items) != heron.MembersListed {
		t.Errorf("named %d, listed %d", l.Total, len(l.Items))
	}
}

func TestDevices(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	yard := camera("d2", "yard", "Axis, Inc.", "11.2")
	yard.Standing = heron.Standing{Criticality: heron.Held{Value: "critical", By: heron.ByUser}, Purdue: heron.Held{Value: "3.5", By: heron.ByZone}}
	w.devices(camera("d1", "gate", "Axis, Inc.", "9.80"), yard, camera("d3", "", "Hikvision", "5.5"))
	c := w.token(heron.Analyst)
	list := func(query string) []string {
		t.Helper()
		a := c.do("GET", "/api/v1/devices?"+query, nil)
		if a.status != 200 {
			t.Fatalf("%s: %d %s", query, a.status, a.body)
		}
		var ids []string
		for _, d := range decode[heron.List[heron.Device]](t, a).Items {
			ids = append(ids, d.ID)
		}
		return ids
	}
	t.Run("filters", func(t *testing.T) {
		for query, want := range map[string]string{
			"sort=name&type=camera":                             "d1 d3 d2",
			"sort=name&vendor=" + url.QueryEscape("Axis, Inc."): "d1 d2",
			"sort=name&id=d1,d3":                                "d1 d3",
			"sort=name&id=d1&id=d3":                             "d1 d3",
			"q=" + url.QueryEscape("firmware<10 vendor:axis"):   "d1",
			"q=" + url.QueryEscape("-vendor:axis"):              "d3",
			"local=false":                                       "",
			"last_from=2020-01-01T00:00:00Z":                    "",
			"level=critical,high":                               "",
			"criticality=critical":                              "d2",
			"criticality=critical&purdue_level=3.5":             "d2",
			"purdue_level=1":                                    "",
			"presence=present,away":                             "",
		} {
			if got := strings.Join(list(query), " "); got != want {
				t.Errorf("%s: got %q, want %q", query, got, want)
			}
		}
	})
	t.Run("every_field_of_the_search_is_the_stores", func(t *testing.T) {
		values := map[string]string{"port": "80", "risk": "50", "level": "high", "local": "yes", "quarantined": "no", "presence": "away", "criticality": "high", "purdue": "3.5", "seen": "24h", "first": "24h"}
		for _, f := range strings.Split(fieldList(t, c), ", ") {
			v := values[f]
			if v == "" {
				v = "x"
			}
			list("q=" + url.QueryEscape(f+":"+v))
		}
	})
	t.Run("pages", func(t *testing.T) {
		var seen []string
		path := "/api/v1/devices?limit=2&sort=-name"
		for next := path; next != ""; {
			l := decode[heron.List[heron.Device]](t, c.do("GET", next, nil))
			if l.Total != 3 {
				t.Errorf("total %d", l.Total)
			}
			for _, d := range l.Items {
				seen = append(seen, d.ID)
			}
			next = ""
			if l.Next != "" {
				next = path + "&cursor=" + url.QueryEscape(l.Next)
			}
		}
		if got := strings.Join(seen, " "); got != "d2 d3 d1" {
			t.Errorf("got %s", got)
		}
	})
	t.Run("bad_input_says_what", func(t *testing.T) {
		for query, want := range map[string]string{
			"limit=0": "limit", "limit=1001": "limit", "limit=x": "limit", "cursor=nonsense": "cursor", "sort=shoe_size": "sort",
			"level=purple": "level", "q=colour:red": "character 1", "last_from=yesterday": "last_from", "tpye=camera": "tpye",
			"local=maybe": "local",
		} {
			a := c.do("GET", "/api/v1/devices?"+query, nil)
			p := a.problem(t)
			if a.status < 400 || a.status >= 500 || p.Code != heron.CodeInvalid || !strings.Contains(p.Detail, want) {
				t.Errorf("%s: %d %+v", query, a.status, p)
			}
		}
	})
	t.Run("lists_are_never_null", func(t *testing.T) {
		a := c.do("GET", "/api/v1/devices/d1", nil)
		if strings.Contains(string(a.body), "null") {
			t.Errorf("%s", a.body)
		}
	})
}

func TestCorrections(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.devices(camera("d1", "gate", "Axis", "9.80"))
	c := w.token(heron.Analyst)
	put := func(field string, body map[string]string) answer {
		return c.do("PUT", "/api/v1/devices/d1/identity/"+field, body)
	}
	a := put("type", map[string]string{"ruling": "lock", "value": " plc ", "reason": "seen"})
	if a.status != 200 || a.header.Get("ETag") == "" {
		t.Fatalf("%d %s", a.status, a.body)
	}
	x := decode[heron.Explanation](t, c.do("GET", "/api/v1/devices/d1/identity", nil))
	if len(x.Corrections) != 1 || x.Corrections[0].Value != "plc" || x.Corrections[0].Ruling != heron.RulingLock || x.Settles == nil {
		t.Errorf("%+v", x)
	}
	for name, a := range map[string]answer{
		"no such type":       put("type", map[string]string{"ruling": "lock", "value": "no such"}),
		"no such ruling":     put("type", map[string]string{"ruling": "perhaps", "value": "plc"}),
		"no such level":      put("purdue_level", map[string]string{"ruling": "lock", "value": "6"}),
		"no word to confirm": put("criticality", map[string]string{"ruling": "confirm", "value": "low"}),
		"no such field":      put("colour", map[string]string{"ruling": "lock", "value": "red"}),
	} {
		if a.status < 400 || a.status >= 500 {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	if a := put("criticality", map[string]string{"ruling": "lock", "value": "low"}); a.status != 200 {
		t.Errorf("criticality: %d %s", a.status, a.body)
	}
	if a := w.token(heron.Viewer).do("PUT", "/api/v1/devices/d1/identity/criticality", map[string]string{"ruling": "lock", "value": "low"}); a.status != 403 {
		t.Errorf("a viewer said how critical a device is: %d", a.status)
	}
	if a := c.do("DELETE", "/api/v1/devices/d1/identity/criticality", nil); a.status != 200 {
		t.Errorf("taken back: %d %s", a.status, a.body)
	}
	if a := c.do("DELETE", "/api/v1/devices/d1/identity/type", nil); a.status != 200 || len(decode[heron.Device](t, a).Corrections) != 0 {
		t.Errorf("%d %s", a.status, a.body)
	}
	log, err := w.db.ListAudit(t.Context(), heron.AuditFilter{}, heron.Page{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, e := range log.Items {
		if strings.HasPrefix(e.Action, "device.correct") {
			said = append(said, e.Action+" "+e.Outcome+" "+e.Detail["value"])
		}
	}
	if len(said) < 3 || said[0] != "device.correct.undo ok " {
		t.Errorf("audited: %q", said)
	}
}

// fieldList learns the fields from the error that lists them, as a user would.
func fieldList(t *testing.T, c *caller) string {
	t.Helper()
	p := c.do("GET", "/api/v1/devices?q=colour:red", nil).problem(t)
	_, rest, _ := strings.Cut(p.Detail, "there are ")
	fields, _, ok := strings.Cut(rest, " (")
	if !ok {
		t.Fatalf("detail: %s", p.Detail)
	}
	return fields
}

func TestETag(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.devices(camera("d1", "gate", "Axis", "1"))
	c := w.token(heron.Analyst)
	a := c.do("GET", "/api/v1/devices/d1", nil)
	tag := a.header.Get("ETag")
	if a.status != 200 || tag == "" {
		t.Fatalf("%d, ETag %q", a.status, tag)
	}
	for _, have := range []string{tag, "W/" + tag, `"7", ` + tag, "*"} {
		if a := c.do("GET", "/api/v1/devices/d1", nil, "If-None-Match", have); a.status != http.StatusNotModified || len(a.body) > 0 {
			t.Errorf("If-None-Match %s: %d %s", have, a.status, a.body)
		}
	}
	rename := func(name, match string) answer {
		return c.do("PATCH", "/api/v1/devices/d1", map[string]string{"name": name}, "If-Match", match)
	}
	if a := rename("front", tag); a.status != 200 || a.header.Get("ETag") == tag {
		t.Errorf("rename: %d %s", a.status, a.body)
	}
	if a := rename("back", tag); a.status != http.StatusPreconditionFailed || a.problem(t).Code != heron.CodeConflict {
		t.Errorf("stale rename: %d %s", a.status, a.body)
	}
	if a := rename("back", "bogus"); a.status != 400 {
		t.Errorf("bad tag: %d", a.status)
	}
	if a := rename("side", "*"); a.status != 200 {
		t.Errorf("any version: %d", a.status)
	}
	if a := c.do("GET", "/api/v1/devices/d1", nil, "If-None-Match", tag); a.status != 200 {
		t.Errorf("an old tag: %d", a.status)
	}
	if e := w.auditOf("device.rename"); len(e) != 4 || e[0].Object != "d1" || e[0].Detail["name"] != "side" || e[0].Actor != "token:t-analyst" {
		t.Errorf("audit: %+v", e)
	}
}

func TestAlerts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	alert := heron.Alert{ID: "a1", Detector: "scan.port", Severity: heron.High, State: heron.AlertOpen, Summary: "scanned", First: 1, Last: 2, DetectedAt: 1}
	if err := w.db.PutAlert(t.Context(), &alert); err != nil {
		t.Fatal(err)
	}
	c := w.token(heron.Analyst)
	a := c.do("GET", "/api/v1/alerts?state=open,closed&severity=high&detector=scan.port", nil)
	if l := decode[heron.List[heron.Alert]](t, a); l.Total != 1 || l.Items[0].Attack == nil {
		t.Errorf("list: %+v", l)
	}
	tag := c.do("GET", "/api/v1/alerts/a1", nil).header.Get("ETag")
	change := map[string]any{"state": "closed", "verdict": "false", "note": "a drill"}
	got := decode[heron.Alert](t, c.do("PATCH", "/api/v1/alerts/a1", change, "If-Match", tag))
	if got.State != heron.AlertClosed || got.Verdict != heron.VerdictFalse || got.Note != "a drill" || got.Severity != heron.High {
		t.Errorf("changed: %+v", got)
	}
	for _, tt := range []struct {
		body  any
		match string
		want  int
	}{
		{change, tag, 412},
		{map[string]any{"state": "gone"}, "", 422},
		{map[string]any{"severity": "low"}, "", 422},
		{"{", "", 400},
		{`{"state":`, "", 400},
		{`[]`, "", 422},
	} {
		if a := c.do("PATCH", "/api/v1/alerts/a1", tt.body, "If-Match", tt.match); a.status != tt.want {
			t.Errorf("%v: %d %s, want %d", tt.body, a.status, a.body, tt.want)
		}
	}
	w.backend.busy = 3
	noted := decode[heron.Alert](t, c.do("PATCH", "/api/v1/alerts/a1", map[string]any{"note": "seen again all the time"}))
	if noted.Note != "seen again all the time" || noted.Count != 3 || noted.State != heron.AlertClosed {
		t.Errorf("changed under a busy detector: %+v", noted)
	}
	w.backend.busy = 100
	if a := c.do("PATCH", "/api/v1/alerts/a1", change); a.status != 409 {
		t.Errorf("a change that never comes through: %d", a.status)
	}
	if a := c.do("GET", "/api/v1/alerts?severity=loud", nil); a.status != 400 {
		t.Errorf("bad severity: %d", a.status)
	}
}

// TestEveryListIsAList reads every list route on an empty platform: each has
// items, never null.
func TestEveryListIsAList(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.devices(camera("none", "gate", "Axis", "1")) // pathOf's name for things
	c := w.token(heron.Admin)
	for _, r := range w.srv.Routes() {
		if r.Method != http.MethodGet || !strings.HasPrefix(r.Path, "/api/v1/") || r.Path == "/api/v1/live" {
			continue
		}
		a := c.do("GET", pathOf(r), nil)
		if a.status >= 500 {
			t.Errorf("%s: %d %s", r.Path, a.status, a.body)
		}
		if a.status == 200 && strings.Contains(string(a.body), ":null") {
			t.Errorf("%s has null: %s", r.Path, a.body)
		}
	}
}

func TestZones(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.admin()
	zone := func(prefix string) map[string]any {
		return map[string]any{"name": "Plant", "kind": "ot", "purdue_level": 1.5, "prefixes": []string{prefix}}
	}
	z := decode[heron.Zone](t, c.do("POST", "/api/v1/zones", zone("10.1.2.3/16")))
	if z.ID == "" || z.Prefixes[0].String() != "10.1.0.0/16" {
		t.Errorf("zone: %+v", z)
	}
	for path, want := range map[string]int{"/api/v1/zones/" + z.ID: 200, "/api/v1/zones/none": 404} {
		if a := c.do("PUT", path, zone("10.2.0.0/16")); a.status != want {
			t.Errorf("PUT %s: %d %s", path, a.status, a.body)
		}
	}
	if a := c.do("POST", "/api/v1/zones", zone("10.1.2.3")); a.status != 422 && a.status != 400 {
		t.Errorf("bad prefix: %d %s", a.status, a.body)
	}
	if a := c.do("DELETE", "/api/v1/zones/"+z.ID, nil); a.status != 204 {
		t.Errorf("delete: %d %s", a.status, a.body)
	}
	if l := decode[heron.List[heron.Zone]](t, c.do("GET", "/api/v1/zones", nil)); l.Total != 0 {
		t.Errorf("left: %+v", l)
	}
}

func TestActions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.devices(camera("d1", "gate", "Axis", "1"))
	c := w.token(heron.Operator)
	ask := map[string]any{"device_id": "d1", "operation": "quarantine", "executor": "nftables", "reason": "it scans"}
	a := c.do("POST", "/api/v1/actions", ask)
	if a.status != http.StatusCreated {
		t.Fatalf("%d %s", a.status, a.body)
	}
	act := decode[heron.Action](t, a)
	if act.RequestedBy != "token:t-operator" || act.State != heron.ActionProposed {
		t.Errorf("action: %+v", act)
	}
	step := func(what string, body any, want int) {
		t.Helper()
		if a := c.do("POST", fmt.Sprintf("/api/v1/actions/%s/%s", act.ID, what), body); a.status != want {
			t.Errorf("%s: %d %s, want %d", what, a.status, a.body, want)
		}
	}
	step("approve", nil, 400) // no confirmation
	step("approve", map[string]string{"confirm": "gate"}, 200)
	step("release", nil, 200)
	step("reject", nil, 200)
	e := w.auditOf("action.approve")
	if len(e) != 2 || e[0].Outcome != "ok" || e[1].Outcome != "failed" || e[1].Detail["error"] == "" {
		t.Errorf("audit: %+v", e)
	}
	if a := w.token(heron.Analyst).do("POST", "/api/v1/actions", ask); a.status != 403 {
		t.Errorf("as analyst: %d", a.status)
	}
	if e := w.auditOf("action.request"); e[0].Outcome != "denied" || e[0].Actor != "token:t-analyst" {
		t.Errorf("audit: %+v", e[0])
	}
	if n, err := w.db.VerifyAudit(t.Context()); err != nil || n == 0 {
		t.Errorf("audit chain: %d %v", n, err)
	}
}

func TestTryIdentify(t *testing.T) {
	t.Parallel()
	c := newWorld(t).token(heron.Viewer)
	for query, want := range map[string]int{
		"":                      422,
		"?observation=":         422,
		"?observation=nothing":  400,
		"?observation=%3Dvalue": 400,
		"?observation=a%3D" + strings.Repeat("x", 2000):            400,
		"?observation=http.server%3DBoa&observation=http.title%3D": 200,
		"?" + strings.Repeat("observation=a%3Db&", 101):            422,
	} {
		if a := c.do("GET", "/api/v1/identify"+query, nil); a.status != want {
			t.Errorf("%.60s: status %d, want %d: %s", query, a.status, want, a.body)
		}
	}
}
