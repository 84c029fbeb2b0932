package httpapi_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/heron-iot/heron"
)

func TestAlertPacketsAreAFileAndAudited(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if err := w.db.PutAlert(t.Context(), &heron.Alert{ID: "a1", Detector: "scan.port", Severity: heron.High, State: heron.AlertOpen}); err != nil {
		t.Fatal(err)
	}
	a := w.token(heron.Analyst).do("GET", "/api/v1/alerts/a1/pcap", nil)
	if a.status != http.StatusOK || string(a.body) != "packets" || a.header.Get("Content-Type") != "application/x-pcapng" ||
		!strings.Contains(a.header.Get("Content-Disposition"), `"alert-a1.pcapng"`) {
		t.Errorf("%d %v %s", a.status, a.header, a.body)
	}
	if a := w.token(heron.Viewer).do("GET", "/api/v1/alerts/a1/pcap", nil); a.status != http.StatusForbidden {
		t.Errorf("a viewer gets %d", a.status)
	}
	if a := w.admin().do("GET", "/api/v1/alerts/none/pcap", nil); a.status != http.StatusNotFound {
		t.Errorf("an alert that is not there: %d", a.status)
	}
	list, err := w.db.ListAudit(t.Context(), heron.AuditFilter{Action: "alert.pcap", Object: "a1"}, heron.Page{Limit: 10})
	if err != nil || len(list.Items) == 0 {
		t.Errorf("not audited: %+v, %v", list.Items, err)
	}
}

func TestConfigureSensor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if err := w.db.PutSensor(t.Context(), &heron.Sensor{ID: "dock", Name: "dock"}); err != nil {
		t.Fatal(err)
	}
	admin := w.admin()
	a := admin.do("PUT", "/api/v1/sensors/dock/config", map[string]any{"filter": "not port 22", "evidence_bytes": 0})
	s := decode[heron.Sensor](t, a)
	if a.status != http.StatusOK || s.Config == nil || *s.Config.Filter != "not port 22" || *s.Config.EvidenceBytes != 0 || s.Config.Local != nil {
		t.Errorf("%d %s", a.status, a.body)
	}
	for _, bad := range []string{`{"filtre":"x"}`, `{"max_flows":3}`, `{"spool_bytes":-1}`, `[]`} {
		if a := admin.do("PUT", "/api/v1/sensors/dock/config", bad); a.status/100 != 4 {
			t.Errorf("%s: %d %s", bad, a.status, a.body)
		}
	}
	list, err := w.db.ListAudit(t.Context(), heron.AuditFilter{Action: "sensor.configure", Object: "dock"}, heron.Page{Limit: 10})
	if err != nil || len(list.Items) == 0 || !strings.Contains(list.Items[len(list.Items)-1].Detail["config"], "not port 22") {
		t.Errorf("not audited: %+v, %v", list.Items, err)
	}
}
