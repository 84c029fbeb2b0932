package e2e_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/client"
)

// TestDemo is what somebody meets who tries Heron for the first time: the page
// at once, devices within a minute, an alert of each attack; and what they
// named is still there after a power cut.
func TestDemo(t *testing.T) {
	if testing.Short() {
		t.Skip("plays the demo's attacks, which takes minutes; run without -short")
	}
	t.Parallel()
	data := t.TempDir()
	args := []string{"demo", "--listen", "127.0.0.1:0", "--data", data}
	command(t, nil) // builds, so that building is not measured
	began := time.Now()
	p := start(t, nil, args...)
	c := signIn(t, p.url, p.password)
	page(t, p.url)
	took := time.Since(began)
	t.Logf("from start to page: %v", took.Round(time.Millisecond))
	// The promise is 2 s; machines of CI are slow and shared.
	if took > 5*time.Second {
		t.Errorf("the page came after %v, want at most 5 s", took)
	}
	within(t, time.Minute, "the devices of the site", func() error { return atLeast(t, c, 60) })

	missing := []string{"arp.spoof", "scan.port", "botnet.telnet"}
	within(t, 3*time.Minute, "an alert of each attack", func() error {
		for a, err := range c.Alerts(t.Context(), client.AlertQuery{}) {
			if err != nil {
				return err
			}
			missing = slices.DeleteFunc(missing, func(d string) bool { return d == a.Detector })
		}
		if len(missing) > 0 {
			return fmt.Errorf("none of %v yet", missing)
		}
		return nil
	})
}

// TestDemoSurvivesAPowerCut kills the demo and starts it again on its data.
func TestDemoSurvivesAPowerCut(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	args := []string{"demo", "--listen", "127.0.0.1:0", "--attack", "none", "--data", data}
	p := start(t, nil, args...)
	c := signIn(t, p.url, p.password)
	within(t, time.Minute, "the devices of the site", func() error { return atLeast(t, c, 60) })
	before := devices(t, c)
	named, err := c.RenameDevice(t.Context(), before[0].ID, "Gate camera", 0)
	if err != nil {
		t.Fatal(err)
	}
	p.kill(t)
	undamaged(t, data)

	again := start(t, nil, args...)
	if again.password != "" {
		t.Error("the second start made another admin")
	}
	c = signIn(t, again.url, p.password)
	for i := range before {
		d, err := c.Device(t.Context(), before[i].ID)
		if err != nil {
			t.Errorf("%s was there before the power cut: %v", before[i].Title(), err)
			continue
		}
		if d.ID == named.ID && d.Name != "Gate camera" {
			t.Errorf("its name is %q now", d.Name)
		}
	}
	if err := renameAudited(t.Context(), c, named.ID); err != nil {
		t.Error(err)
	}
	undamaged(t, data)
}

// signIn logs in as admin.
func signIn(t *testing.T, url, password string) *client.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	c, err := client.New(url, client.WithHTTPClient(&http.Client{Jar: jar}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Login(t.Context(), "admin", password); err != nil {
		t.Fatal(err)
	}
	return c
}

// page wants the page as a browser asks for it.
func page(t *testing.T, url string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept", "text/html")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != http.StatusOK || !strings.Contains(string(body), "<html") {
		t.Errorf("the page: %s: %.200s", res.Status, body)
	}
}

func devices(t *testing.T, c *client.Client) []heron.Device {
	t.Helper()
	var out []heron.Device
	for d, err := range c.Devices(t.Context(), client.DeviceQuery{}) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, d)
	}
	return out
}

// renameAudited wants the rename of a device in an audit log whose chain holds.
func renameAudited(ctx context.Context, c *client.Client, id string) error {
	for e, err := range c.Audit(ctx, client.AuditQuery{}) {
		if err != nil {
			return err
		}
		if e.Object == id && strings.Contains(e.Action, "rename") {
			proof, err := c.VerifyAudit(ctx)
			if err == nil && !proof.OK {
				err = fmt.Errorf("the audit log's chain: %+v", proof)
			}
			return err
		}
	}
	return errors.New("the audit log does not tell of the rename")
}

// undamaged wants heron db check to find nothing, the audit log's chain among
// what it looks at.
func undamaged(t *testing.T, data string) {
	t.Helper()
	if out, err := command(t, nil, "db", "check", "--data", data).CombinedOutput(); err != nil {
		t.Errorf("db check: %v: %s", err, out)
	}
}
