package storetest

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/audit"
	"github.com/heron-iot/heron/internal/store"
)

func retainTests() []test {
	return []test{
		{"retention keeps what is young, open or important", retention},
		{"disk limit prunes the oldest and says so", diskLimit},
	}
}

func retention(t *testing.T, s *suite, _ func(testing.TB) string) {
	s.put(t, 2)
	fill := func(tag string) {
		closed, open := alert(1), alert(2)
		closed.ID, closed.State = "closed-"+tag, heron.AlertClosed
		open.ID = "open-" + tag
		s.apply(t, heron.BatchResult{
			Batch: &heron.Batch{Flows: []heron.Flow{{ID: heron.FlowID{tag[0]}, Last: 1}}}, // an old capture, read now
			Changes: []heron.DeviceChange{
				{Kind: heron.DeviceNew, DeviceID: "dev-0001", Summary: "new " + tag}, {Kind: heron.DeviceUpdated, DeviceID: "dev-0001", Summary: "updated " + tag},
			},
			Alerts: []heron.Alert{closed, open},
		})
	}
	fill("old")
	s.score(t, "dev-0001", 1, 10, "")
	s.advance(40 * heron.Day)
	fill("young")
	now := Start + 41*heron.Day
	r, err := s.Retain(t.Context(), now, store.Policy{})
	must(t, err)
	if r.Flows != 1 || r.Events != 1 || r.Alerts != 0 || r.Risk != 0 || r.Batches != 1 || r.ForSpace != 0 || r.Bytes == 0 {
		t.Fatalf("removed %+v", r)
	}
	flows, err := s.ListFlows(t.Context(), heron.FlowFilter{}, heron.Page{})
	must(t, err)
	changes, err := s.ListDeviceChanges(t.Context(), "dev-0001", heron.Page{})
	must(t, err)
	if len(flows.Items) != 1 || flows.Items[0].ID[0] != 'y' || changes.Total != 3 {
		t.Fatalf("left: flows %v, %d changes", flows.Items, changes.Total)
	}
	r, err = s.Retain(t.Context(), now, store.Policy{Alerts: 30 * 24 * 3600e9, Risk: 30 * 24 * 3600e9})
	must(t, err)
	if r.Alerts != 1 || r.Risk == 0 {
		t.Fatalf("removed %+v, want the old closed alert and the old risk", r)
	}
	if _, err := s.GetAlert(t.Context(), "open-old"); err != nil {
		t.Fatalf("an open alert was removed: %v", err)
	}
}

func diskLimit(t *testing.T, s *suite, _ func(testing.TB) string) {
	for i := range 20 {
		var flows []heron.Flow
		for j := range 500 {
			flows = append(flows, heron.Flow{
				ID: heron.FlowID{1 + byte(i), byte(j >> 8), byte(j)}, Protocol: strings.Repeat("p", 300), Last: Start, ClientDevice: "d", ServerDevice: "e",
			})
		}
		s.advance(heron.Second)
		s.apply(t, heron.BatchResult{Batch: &heron.Batch{Flows: flows}})
	}
	r, err := s.Retain(t.Context(), Start+heron.Day, store.Policy{MaxBytes: 1 << 40})
	must(t, err)
	if r.ForSpace != 0 {
		t.Fatalf("removed %d rows for space below the limit", r.ForSpace)
	}
	limit := r.Bytes * 6 / 10
	r, err = s.Retain(t.Context(), Start+heron.Day, store.Policy{MaxBytes: limit})
	must(t, err)
	if r.Bytes > limit || r.ForSpace == 0 || r.ForSpace != r.Flows {
		t.Fatalf("removed %+v, want to be below %d by removing flows", r, limit)
	}
	l, err := s.ListFlows(t.Context(), heron.FlowFilter{}, heron.Page{Limit: 1})
	must(t, err)
	if l.Total+int(r.Flows) != 10_000 || l.Total < 1000 || l.Items[0].ID[0] != 20 {
		t.Fatalf("%d flows left of 10,000 with %d removed; the newest is %s", l.Total, r.Flows, l.Items[0].ID)
	}
	log, err := s.ListAudit(t.Context(), heron.AuditFilter{Action: "retention.disk_limit"}, heron.Page{})
	must(t, err)
	if log.Total != 1 || log.Items[0].Detail["rows"] != fmt.Sprint(r.ForSpace) {
		t.Fatalf("audit log says %+v", log.Items)
	}
}

func backupTests() []test {
	return []test{
		{"backup restores into either engine", backupRoundTrip},
		{"damaged backup is refused whole", backupDamage},
		{"check finds tampering", checkFinds},
	}
}

func fillAll(t testing.TB, s *suite) {
	t.Helper()
	zoo(t, s)
	s.SetReceivers([]store.Receiver{{Name: "hook"}})
	s.apply(t, heron.BatchResult{
		Batch: &heron.Batch{Flows: []heron.Flow{{ID: heron.FlowID{1}, Last: Start}}}, Alerts: []heron.Alert{alert(3)},
		Observations: []heron.DeviceObservation{{DeviceID: "cam", Observation: observation(1, "k.v", "line\nbreak \u2028 <&>")}},
		Incidents:    []heron.Incident{{ID: "i"}}, Baselines: []heron.Baseline{{DeviceID: "cam"}},
		Changes: []heron.DeviceChange{{DeviceID: "cam", Kind: heron.DeviceNew}}, Ledger: []heron.LedgerEntry{{ID: "l", SiteID: "site"}},
		Peers: map[string][]heron.Peer{"cam": {{Address: "a", BytesIn: 1 << 60}}},
	})
	s.assess(t, vuln("CVE-1", 9.8, true, heron.GradeExact))
	must(t, s.PutUser(t.Context(), &heron.User{ID: "u", Name: "anna", PasswordHash: "h"}))
	must(t, s.PutSession(t.Context(), &heron.Session{Hash: "s", UserID: "u"}))
	must(t, s.PutToken(t.Context(), &heron.Token{ID: "t", Hash: "h"}))
	must(t, s.PutSetting(t.Context(), "k", "v"))
	must(t, s.PutUpload(t.Context(), &heron.Upload{ID: "up"}))
	must(t, s.PutScan(t.Context(), &heron.Scan{ID: "scan", State: heron.ScanDone}))
	must(t, s.AppendAudit(t.Context(), &heron.AuditEntry{Actor: "anna", Action: "a.b", Outcome: "ok", Detail: heron.Attributes{"k": "v"}}))
}

func backupRoundTrip(t *testing.T, s *suite, newURL func(testing.TB) string) {
	fillAll(t, s)
	dir := t.TempDir()
	first := filepath.Join(dir, "first.gz")
	must(t, s.Backup(t.Context(), first))
	if info, err := os.Stat(first); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("backup has mode %v, %v; want 0600: it holds password hashes", info.Mode(), err)
	}
	for engine, url := range map[string]string{"same": newURL(t), "sqlite": SQLite(t)} {
		other := open(t, url)
		must(t, other.Restore(t.Context(), first, store.RestoreOptions{}))
		must(t, other.Check(t.Context()))
		want, err := s.ListDevices(t.Context(), heron.DeviceFilter{}, heron.Page{Sort: "risk"})
		must(t, err)
		got, err := other.ListDevices(t.Context(), heron.DeviceFilter{}, heron.Page{Sort: "risk"})
		must(t, err)
		if diff := cmp.Diff(want, got, byValue...); diff != "" {
			t.Fatalf("%s: devices (-want +got):\n%s", engine, diff)
		}
		second := filepath.Join(dir, engine+".gz")
		must(t, other.Backup(t.Context(), second))
		a, err := store.CheckBackup(first)
		must(t, err)
		b, err := store.CheckBackup(second)
		must(t, err)
		if a.Rows != b.Rows || a.Rows < 40 {
			t.Fatalf("%s: %d rows backed up, %d after the restore", engine, a.Rows, b.Rows)
		}
		// What goes on after a restore fits: numbers, chain, cursors.
		must(t, other.AppendAudit(t.Context(), &heron.AuditEntry{Action: "x", Outcome: "ok"}))
		if n, err := other.VerifyAudit(t.Context()); n != 2 || err != nil {
			t.Fatalf("%s: VerifyAudit = %d, %v", engine, n, err)
		}
		wantCode(t, other.Restore(t.Context(), first, store.RestoreOptions{}), heron.CodeConflict)
		must(t, other.Restore(t.Context(), first, store.RestoreOptions{Force: true}))
		if n, err := other.VerifyAudit(t.Context()); n != 1 || err != nil {
			t.Fatalf("%s: after a forced restore VerifyAudit = %d, %v", engine, n, err)
		}
	}
}

func backupDamage(t *testing.T, s *suite, newURL func(testing.TB) string) {
	fillAll(t, s)
	path := filepath.Join(t.TempDir(), "b.gz")
	must(t, s.Backup(t.Context(), path))
	good, err := os.ReadFile(path)
	must(t, err)
	other := open(t, newURL(t))
	step := max(1, len(good)/40)
	for i := 0; i < len(good); i += step {
		bad := bytes.Clone(good)
		bad[i] ^= 0x10
		must(t, os.WriteFile(path, bad, 0o600))
		if _, err := store.CheckBackup(path); err == nil && !bytes.Equal(unzip(t, bad), unzip(t, good)) {
			t.Fatalf("byte %d of %d changed, yet the backup passes", i, len(good))
		}
		must(t, os.WriteFile(path, good[:i], 0o600))
		wantCode(t, other.Restore(t.Context(), path, store.RestoreOptions{}), heron.CodeInvalid)
	}
	must(t, os.WriteFile(path, append(bytes.Clone(good), good...), 0o600))
	wantCode(t, other.Restore(t.Context(), path, store.RestoreOptions{}), heron.CodeInvalid)
	wantCode(t, other.Restore(t.Context(), path+".none", store.RestoreOptions{}), heron.CodeInvalid)
	if l, err := other.ListDevices(t.Context(), heron.DeviceFilter{}, heron.Page{}); l.Total != 0 || err != nil {
		t.Fatalf("%d devices, %v after refused restores", l.Total, err)
	}
	must(t, other.Check(t.Context()))
}

// unzip returns the content: some bits of a gzip file mean nothing.
func unzip(t testing.TB, data []byte) []byte {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(data))
	must(t, err)
	content, err := io.ReadAll(r)
	must(t, err)
	return content
}

func checkFinds(t *testing.T, s *suite, _ func(testing.TB) string) {
	for range 3 {
		must(t, s.AppendAudit(t.Context(), &heron.AuditEntry{Actor: "anna", Action: "a.b", Outcome: "ok"}))
	}
	s.put(t, 2)
	must(t, s.Check(t.Context()))
	raw := openRaw(t, s.url)
	for _, tt := range []struct{ do, undo, want string }{
		{"UPDATE audit SET actor = 'bert' WHERE seq = 2", "UPDATE audit SET actor = 'anna' WHERE seq = 2", "entry 2"},
		{"UPDATE audit SET seq = 9 WHERE seq = 3", "UPDATE audit SET seq = 3 WHERE seq = 9", "entry 3"},
		{"UPDATE counter SET value = 4 WHERE name = 'audit'", "UPDATE counter SET value = 3 WHERE name = 'audit'", "entry 4"},
		{"UPDATE device_doc SET id = 'x' WHERE id = 'dev-0001'", "UPDATE device_doc SET id = 'dev-0001' WHERE id = 'x'", "document"},
	} {
		run(t, raw, tt.do)
		if err := s.Check(t.Context()); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("after %q Check says %v, want %q", tt.do, err, tt.want)
		}
		run(t, raw, tt.undo)
	}
	must(t, s.Check(t.Context()))
}

func engineTests() []test {
	return []test{
		{"opening again changes nothing", openAgain},
		{"database of a newer or changed version is refused", foreignSchema},
		{"cancelled context leaves no trace", cancelled},
	}
}

func openAgain(t *testing.T, s *suite, _ func(testing.TB) string) {
	s.put(t, 3)
	for range 3 {
		again := reopen(t, s)
		if got := again.deviceIDs(t, heron.DeviceFilter{}, heron.Page{Limit: 10}); len(got) != 3 {
			t.Fatalf("%d devices after opening again", len(got))
		}
	}
}

func foreignSchema(t *testing.T, s *suite, _ func(testing.TB) string) {
	raw := openRaw(t, s.url)
	for _, tt := range []struct{ do, undo string }{
		{"INSERT INTO migration (name, sum, applied) VALUES ('9999_future.sql', 'x', 1)", "DELETE FROM migration WHERE name = '9999_future.sql'"},
		{"UPDATE migration SET sum = 'x' || sum", "UPDATE migration SET sum = substr(sum, 2)"},
	} {
		run(t, raw, tt.do)
		db, err := store.Open(t.Context(), s.url, store.Options{AuditHash: audit.Hash})
		if err == nil {
			t.Error(db.Close())
		}
		wantCode(t, err, heron.CodeConflict)
		run(t, raw, tt.undo)
	}
	reopen(t, s)
}
