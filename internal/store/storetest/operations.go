package storetest

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/heron-iot/heron"
)

func actionTests() []test {
	return []test{
		{"actions keep their backup, version and proof", actions},
		{"a quarantine shows at its device", quarantine},
		{"audit log chains under many writers", auditRace},
		{"audit log filters and pages", auditLists},
	}
}

func actions(t *testing.T, s *suite, _ func(testing.TB) string) {
	a := heron.Action{
		ID: "x1", DeviceID: "d", Operation: heron.OpQuarantine, State: heron.ActionProposed, Created: Start, Backup: "secret {state}",
		Steps: []heron.ActionStep{{Name: "plan", OK: true}}, Plan: &heron.ActionPlan{Changes: []string{"drop"}},
	}
	e := heron.AuditEntry{Actor: "anna", Action: "action.quarantine.request", Object: "x1", Outcome: "ok"}
	must(t, s.PutAction(t.Context(), &a, &e))
	got, err := s.GetAction(t.Context(), "x1")
	must(t, err)
	if diff := cmp.Diff(a, *got); diff != "" || a.Version != 1 || e.Seq != 1 || e.Hash == "" {
		t.Fatalf("version %d, audit %d (-want +got):\n%s", a.Version, e.Seq, diff)
	}
	stale := a
	a.State = heron.ActionApproved
	must(t, s.PutAction(t.Context(), &a, &heron.AuditEntry{Action: "x", Outcome: "ok"}))
	wantCode(t, s.PutAction(t.Context(), &stale, &heron.AuditEntry{Action: "y", Outcome: "ok"}), heron.CodeConflict)
	if n, err := s.VerifyAudit(t.Context()); n != 2 || err != nil {
		t.Fatalf("audit has %d entries, %v; want 2: none for what was refused", n, err)
	}
	for i := range 5 {
		must(t, s.PutAction(t.Context(), &heron.Action{ID: fmt.Sprint("y", i), DeviceID: "e", State: heron.ActionFailed, Created: Start - heron.Time(i)}, nil))
	}
	list := func(f heron.ActionFilter) string {
		return strings.Join(ids(t, func(a *heron.Action) string { return a.ID }, func(p heron.Page) (heron.List[heron.Action], error) {
			return s.ListActions(t.Context(), f, p)
		}, heron.Page{Limit: 2}), " ")
	}
	if got := list(heron.ActionFilter{}); got != "y0 x1 y1 y2 y3 y4" {
		t.Fatalf("actions %s", got)
	}
	if got := list(heron.ActionFilter{DeviceID: "d", States: []heron.ActionState{heron.ActionApproved}}); got != "x1" {
		t.Fatalf("actions %s", got)
	}
	_, err = s.GetAction(t.Context(), "none")
	wantCode(t, err, heron.CodeNotFound)
}

func quarantine(t *testing.T, s *suite, _ func(testing.TB) string) {
	s.put(t, 2)
	a := heron.Action{ID: "q", DeviceID: "dev-0001", Operation: heron.OpQuarantine, Created: Start}
	for _, tt := range []struct {
		state heron.ActionState
		dry   bool
		want  bool
	}{
		{heron.ActionProposed, false, false},
		{heron.ActionVerified, true, false},
		{heron.ActionVerified, false, true},
		{heron.ActionUnknown, false, true},
		{heron.ActionReleased, false, false},
	} {
		a.State, a.DryRun = tt.state, tt.dry
		must(t, s.PutAction(t.Context(), &a, nil))
		d, err := s.GetDevice(t.Context(), "dev-0001")
		must(t, err)
		if d.Quarantined != tt.want {
			t.Errorf("action %s, dry run %v: quarantined is %v", tt.state, tt.dry, d.Quarantined)
		}
	}
}

func auditRace(t *testing.T, s *suite, _ func(testing.TB) string) {
	const writers, each = 4, 15
	other := reopen(t, s)
	var wg sync.WaitGroup
	for w := range writers {
		db := []*suite{s, other}[w%2]
		wg.Go(func() {
			for i := range each {
				e := heron.AuditEntry{Actor: fmt.Sprint(w), Action: "test.run", Outcome: "ok", Detail: heron.Attributes{"i": fmt.Sprint(i)}}
				if err := db.AppendAudit(t.Context(), &e); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if n, err := s.VerifyAudit(t.Context()); n != writers*each || err != nil {
		t.Fatalf("VerifyAudit = %d, %v; want %d, nil", n, err, writers*each)
	}
}

func auditLists(t *testing.T, s *suite, _ func(testing.TB) string) {
	for i, action := range []string{"user.login", "user.login", "user.logout", "userland.x", "device%x", "user"} {
		must(t, s.AppendAudit(t.Context(), &heron.AuditEntry{
			Time: Start + heron.Time(i), Actor: []string{"anna", "bert"}[i%2], Action: action, Object: "o", Outcome: "ok",
			Detail: heron.Attributes{"evil": "\x00\xff", "\xfe": "key"},
		}))
	}
	for _, tt := range []struct {
		f    heron.AuditFilter
		want string
	}{
		{heron.AuditFilter{}, "6 5 4 3 2 1"},
		{heron.AuditFilter{Action: "user"}, "6 3 2 1"},
		{heron.AuditFilter{Action: "user.login"}, "2 1"},
		{heron.AuditFilter{Action: "device%x"}, "5"},
		{heron.AuditFilter{Actor: "bert", Object: "o"}, "6 4 2"},
		{heron.AuditFilter{From: Start + 1, To: Start + 2}, "3 2"},
	} {
		got := ids(t, func(e *heron.AuditEntry) string { return fmt.Sprint(e.Seq) }, func(p heron.Page) (heron.List[heron.AuditEntry], error) {
			return s.ListAudit(t.Context(), tt.f, p)
		}, heron.Page{Limit: 2})
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%+v: entries %v, want %s", tt.f, got, tt.want)
		}
	}
	if n, err := s.VerifyAudit(t.Context()); n != 6 || err != nil {
		t.Fatalf("VerifyAudit = %d, %v", n, err)
	}
}

func accountTests() []test {
	return []test{
		{"users, tokens and sessions are kept with their secrets", accounts},
		{"settings, sensors and uploads are kept", settings},
		{"credentials are kept sealed, and apart from what is told of them", credentials},
	}
}

func accounts(t *testing.T, s *suite, _ func(testing.TB) string) {
	anna := heron.User{ID: "u1", Name: "anna", Role: heron.Admin, Created: Start, PasswordHash: "$argon2id$x"}
	must(t, s.PutUser(t.Context(), &anna))
	wantCode(t, s.PutUser(t.Context(), &heron.User{ID: "u2", Name: "anna"}), heron.CodeConflict)
	must(t, s.PutUser(t.Context(), &heron.User{ID: "u3", Name: "Anna"})) // names are exact
	got, err := s.GetUserByName(t.Context(), "anna")
	must(t, err)
	if diff := cmp.Diff(anna, *got); diff != "" || got.PasswordHash == "" {
		t.Fatalf("user (-want +got):\n%s", diff)
	}
	stale := *got
	got.Disabled = true
	must(t, s.PutUser(t.Context(), got))
	wantCode(t, s.PutUser(t.Context(), &stale), heron.CodeConflict)
	users, err := s.ListUsers(t.Context())
	must(t, err)
	if len(users) != 2 || users[0].Name != "Anna" || !users[1].Disabled {
		t.Fatalf("users %+v", users)
	}

	session := heron.Session{Hash: "h1", UserID: "u1", CSRF: "c1", Created: Start, Expires: Start + heron.Hour, Source: "::1"}
	must(t, s.PutSession(t.Context(), &session))
	back, err := s.GetSession(t.Context(), "h1")
	must(t, err)
	if diff := cmp.Diff(session, *back); diff != "" {
		t.Fatalf("session (-want +got):\n%s", diff)
	}
	wantCode(t, s.PutSession(t.Context(), &heron.Session{Hash: "h2", UserID: "nobody"}), heron.CodeNotFound)
	must(t, s.DeleteSession(t.Context(), "none"))
	must(t, s.DeleteUser(t.Context(), "u1"))
	for what, err := range map[string]error{
		"user": second(s.GetUser(t.Context(), "u1")), "session": second(s.GetSession(t.Context(), "h1")),
		"delete": s.DeleteUser(t.Context(), "u1"),
	} {
		if heron.ErrorCode(err) != heron.CodeNotFound {
			t.Errorf("%s after the user was deleted: %v", what, err)
		}
	}
	must(t, s.PutSession(t.Context(), &heron.Session{Hash: "h3", UserID: "u3"}))
	must(t, s.DeleteUserSessions(t.Context(), "u3"))
	wantCode(t, second(s.GetSession(t.Context(), "h3")), heron.CodeNotFound)

	token := heron.Token{ID: "t1", Name: "ci", Role: heron.Viewer, Hash: "abc", Created: Start, Owner: "anna"}
	must(t, s.PutToken(t.Context(), &token))
	token.LastUsed = Start + 1
	must(t, s.PutToken(t.Context(), &token))
	found, err := s.GetTokenByHash(t.Context(), "abc")
	must(t, err)
	tokens, err := s.ListTokens(t.Context())
	must(t, err)
	if diff := cmp.Diff([]heron.Token{token, token}, append(tokens, *found)); diff != "" {
		t.Fatalf("tokens (-want +got):\n%s", diff)
	}
	must(t, s.DeleteToken(t.Context(), "t1"))
	wantCode(t, second(s.GetTokenByHash(t.Context(), "abc")), heron.CodeNotFound)
}

func second[T any](_ T, err error) error { return err }

func credentials(t *testing.T, s *suite, _ func(testing.TB) string) {
	core := heron.Credential{
		Name: "core", Kind: heron.SNMPUser, User: "heron", Auth: "sha256", Privacy: "aes", Changed: Start, ChangedBy: "anna", Sealed: "hv1.a.b",
	}
	must(t, s.PutCredential(t.Context(), &core))
	must(t, s.PutCredential(t.Context(), &heron.Credential{Name: "Core", Kind: heron.SNMPCommunity, Sealed: "hv1.c.d"})) // names are exact
	core.Changed, core.Sealed = Start+1, "hv1.e.f"
	must(t, s.PutCredential(t.Context(), &core))
	got, err := s.GetCredential(t.Context(), "core")
	must(t, err)
	if diff := cmp.Diff(core, *got); diff != "" {
		t.Fatalf("credential (-want +got):\n%s", diff)
	}
	list, err := s.ListCredentials(t.Context())
	must(t, err)
	if len(list) != 2 || list[0].Name != "Core" || list[0].Sealed != "hv1.c.d" || list[1].Sealed != "hv1.e.f" {
		t.Fatalf("credentials %+v", list)
	}
	must(t, s.DeleteCredential(t.Context(), "core"))
	wantCode(t, second(s.GetCredential(t.Context(), "core")), heron.CodeNotFound)
	wantCode(t, s.DeleteCredential(t.Context(), "core"), heron.CodeNotFound)
}

func settings(t *testing.T, s *suite, _ func(testing.TB) string) {
	if v, err := s.GetSetting(t.Context(), "k"); v != "" || err != nil {
		t.Fatalf("a setting never made is %q, %v", v, err)
	}
	for _, v := range []string{"1", "zwei"} {
		must(t, s.PutSetting(t.Context(), "k", v))
		if got, err := s.GetSetting(t.Context(), "k"); got != v || err != nil {
			t.Fatalf("setting is %q, %v; want %q", got, err, v)
		}
	}
	must(t, s.PutSetting(t.Context(), "kin", "3"))
	must(t, s.PutSetting(t.Context(), "l", "4"))
	list, err := s.ListSettings(t.Context(), "k")
	must(t, err)
	if diff := cmp.Diff(map[string]string{"k": "zwei", "kin": "3"}, list); diff != "" {
		t.Fatalf("settings (-want +got):\n%s", diff)
	}
	must(t, s.PutSensor(t.Context(), &heron.Sensor{ID: "s2"}))
	must(t, s.PutSensor(t.Context(), &heron.Sensor{ID: "s1", Name: "one"}))
	sensors, err := s.ListSensors(t.Context())
	must(t, err)
	if len(sensors) != 2 || sensors[0].Name != "one" {
		t.Fatalf("sensors %+v", sensors)
	}
	must(t, s.DeleteSensor(t.Context(), "s2"))
	wantCode(t, second(s.GetSensor(t.Context(), "s2")), heron.CodeNotFound)
	must(t, s.PutUpload(t.Context(), &heron.Upload{ID: "a", Created: Start, State: "waiting"}))
	must(t, s.PutUpload(t.Context(), &heron.Upload{ID: "b", Created: Start + 1}))
	must(t, s.PutUpload(t.Context(), &heron.Upload{ID: "a", Created: Start, State: "done"}))
	uploads, err := s.ListUploads(t.Context())
	must(t, err)
	if len(uploads) != 2 || uploads[1].State != "done" {
		t.Fatalf("uploads %+v", uploads)
	}
	for i := range 102 {
		must(t, s.PutScan(t.Context(), &heron.Scan{ID: fmt.Sprintf("s%03d", i), Started: Start + heron.Time(i), State: heron.ScanRunning}))
	}
	must(t, s.PutScan(t.Context(), &heron.Scan{ID: "s101", Started: Start + 101, State: heron.ScanDone, ScanCounts: heron.ScanCounts{Packets: 7}}))
	scans, err := s.ListScans(t.Context())
	must(t, err)
	if len(scans) != 100 || scans[0].ID != "s101" || scans[0].State != heron.ScanDone || scans[0].Packets != 7 || scans[99].ID != "s002" {
		t.Fatalf("%d scans, the latest %+v", len(scans), scans[0])
	}
	must(t, s.Ping(t.Context()))
}
