package e2e_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os/exec"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/client"
	"github.com/heron-iot/heron/internal/lab"
	"github.com/heron-iot/heron/internal/testneeds"
)

const hookSecret = "a secret between two"

// TestChain plays the main job to its end on a network of namespaces: an
// attacker is seen, told of over WebSocket and webhook, quarantined through the
// API, cut off while others go on, released, and every step is in the audit log.
func TestChain(t *testing.T) {
	testneeds.Root(t)
	n, err := lab.Start(t.Context(), lab.Config{
		Mode: lab.Namespaces, Name: "e2e", Own: true, Seed: 1, Active: true,
		Models: []string{"schneider-m340", "weintek-hmi", "hikvision-camera", "hue-bridge", "intruder"},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Stop(); err != nil {
			t.Error(err)
		}
	})
	if out, err := exec.Command("ip", "-n", "e2e-core", "link", "set", "lo", "up").CombinedOutput(); err != nil {
		t.Fatalf("loopback of the bridge's namespace: %v: %s", err, out)
	}
	hook := listenHook(t, n)
	h := startInCore(t, n, hook.url)
	intruder, _ := n.Find("intruder")
	camera, _ := n.Find("hikvision-camera")
	plc, _ := n.Find("schneider-m340")
	panel, _ := n.Find("weintek-hmi")
	onCamera := netip.AddrPortFrom(camera.IP, 80)

	if err := reach(n, intruder.Name, onCamera); err != nil {
		t.Fatalf("the intruder cannot reach the camera before anything happened: %v", err)
	}
	alerts := h.watch(t)
	go func() { _ = n.Attack(t.Context(), "port-scan") }()

	var alert heron.Alert
	within(t, 60*time.Second, "an alert about the scan over WebSocket", func() error {
		alert = <-alerts
		if alert.Detector != "scan.port" {
			return fmt.Errorf("the last alert is %s", alert.Detector)
		}
		return nil
	})
	hook.expect(t, alert.ID)
	if n, err := h.AlertPackets(t.Context(), alert.ID, io.Discard); err != nil || n < 1000 {
		t.Errorf("%d bytes of packets behind the alert: %v", n, err)
	}

	d, err := h.Device(t.Context(), alert.DeviceID)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(d.MACs, intruder.MAC) {
		t.Fatalf("the alert is about %s (%v), want the intruder %v", d.Title(), d.MACs, intruder.MAC)
	}
	a := h.quarantine(t, d)

	within(t, 10*time.Second, "the intruder to be cut off", func() error {
		if reach(n, intruder.Name, onCamera) == nil {
			return errors.New("it still reaches the camera")
		}
		return nil
	})
	if err := reach(n, panel.Name, netip.AddrPortFrom(plc.IP, 502)); err != nil {
		t.Errorf("the operator panel lost the PLC: %v", err)
	}
	if err := reach(n, panel.Name, onCamera); err != nil {
		t.Errorf("another device lost the camera: %v", err)
	}
	h.release(t, a)
	within(t, 10*time.Second, "the intruder to be let go", func() error { return reach(n, intruder.Name, onCamera) })
	h.audited(t, d.ID, a.ID)
}

// reach opens a TCP connection from a device.
func reach(n *lab.Network, from string, to netip.AddrPort) error {
	return n.Inside(from, func() error {
		c, err := net.DialTimeout("tcp", to.String(), time.Second)
		if err != nil {
			return err
		}
		return c.Close()
	})
}

// within tries until fn returns nil, or fails the test.
func within(t *testing.T, limit time.Duration, what string, fn func() error) {
	t.Helper()
	deadline := time.Now().Add(limit)
	for {
		err := fn()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("waited %v for %s: %v", limit, what, err)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// server is a running Heron with a client that is logged in.
type server struct {
	*client.Client
}

// startInCore runs the binary in the namespace of the bridge.
func startInCore(t *testing.T, n *lab.Network, hook string) *server {
	t.Helper()
	dir := t.TempDir()
	secret := writeFile(t, dir, "hook.secret", hookSecret)
	conf := writeFile(t, dir, "heron.yaml", fmt.Sprintf(
		"site: chain\nsensor: {name: core, interfaces: [%s]}\nreceivers:\n- {name: soc, notifier: webhook, config: {url: '%s', secret: 'file:%s'}}\n",
		n.BridgeName(), hook, secret))
	p := start(t, []string{"ip", "netns", "exec", "e2e-core"}, "serve", "--config", conf, "--data", dir, "--listen", "127.0.0.1:8420")
	return &server{login(t, n, p.password)}
}

// dialCore dials from the namespace of the bridge.
func dialCore(n *lab.Network) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (conn net.Conn, err error) {
		err = n.InsideCore(func() (err error) {
			conn, err = new(net.Dialer).DialContext(ctx, network, address)
			return err
		})
		return conn, err
	}
}

// watch returns new alerts as the live stream brings them.
func (s *server) watch(t *testing.T) <-chan heron.Alert {
	t.Helper()
	out := make(chan heron.Alert, 100)
	hello := make(chan struct{})
	go func() {
		defer close(out)
		for m, err := range s.Live(t.Context(), -1, heron.LiveAlert) {
			if err != nil {
				return
			}
			if m.Kind == client.LiveHello {
				close(hello)
				continue
			}
			var a heron.Alert
			if json.Unmarshal(m.Data, &a) == nil {
				out <- a
			}
		}
	}()
	select {
	case <-hello:
	case <-time.After(time.Minute):
		t.Fatal("the live stream did not begin")
	}
	return out
}

func (s *server) quarantine(t *testing.T, d *heron.Device) *heron.Action {
	t.Helper()
	r := client.ActionRequest{
		DeviceID: d.ID, Operation: heron.OpQuarantine, Executor: "nftables", Reason: "it scans the network",
		Params: map[string]string{"duration": "10m"},
	}
	dry := r
	dry.DryRun = true
	plan, err := s.RequestAction(t.Context(), dry)
	if err != nil {
		t.Fatal(err)
	}
	if plan.Plan == nil || len(plan.Plan.Changes) == 0 || plan.Plan.WayBack == "" {
		t.Fatalf("the dry run has no plan: %+v", plan)
	}
	a, err := s.RequestAction(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.ApproveAction(t.Context(), a.ID, ""); err != nil {
		t.Fatal(err)
	}
	within(t, 20*time.Second, "the quarantine to be verified", func() error {
		if a, err = s.Action(t.Context(), a.ID); err != nil {
			return err
		}
		if a.State != heron.ActionVerified {
			return fmt.Errorf("it is %s: %s", a.State, a.Error)
		}
		return nil
	})
	return a
}

func (s *server) release(t *testing.T, a *heron.Action) {
	t.Helper()
	got, err := s.ReleaseAction(t.Context(), a.ID, "")
	if err != nil {
		t.Fatal(err)
	}
	if got.State != heron.ActionReleased {
		t.Errorf("after release the action is %s", got.State)
	}
}

// audited checks that each step of the action is in the log, and the log whole.
func (s *server) audited(t *testing.T, device, action string) {
	t.Helper()
	seen := map[string]bool{}
	for e, err := range s.Audit(t.Context(), client.AuditQuery{}) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Object == device || e.Object == action || e.Detail["device"] == device || e.Detail["action"] == action {
			seen[e.Action] = true
		}
	}
	for _, step := range []string{"plan", "approve", "start", "backup", "do", "verify", "release"} {
		if !seen["action.quarantine."+step] {
			t.Errorf("the audit log does not tell of %s; it has %v", step, seen)
		}
	}
	proof, err := s.VerifyAudit(t.Context())
	if err != nil || !proof.OK {
		t.Errorf("the audit log's chain: %+v, %v", proof, err)
	}
}

// hook is a webhook receiver in the namespace of the bridge.
type hook struct {
	url  string
	body chan delivery
}

type delivery struct {
	body   []byte
	header http.Header
}

func listenHook(t *testing.T, n *lab.Network) *hook {
	t.Helper()
	var l net.Listener
	err := n.InsideCore(func() (err error) {
		l, err = net.Listen("tcp", "127.0.0.1:0")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	h := &hook{url: "http://" + l.Addr().String() + "/hook", body: make(chan delivery, 100)}
	srv := &http.Server{Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		h.body <- delivery{b, r.Header}
	})}
	go func() { _ = srv.Serve(l) }()
	t.Cleanup(func() { _ = srv.Close() })
	return h
}

// expect waits for the delivery of an alert and checks its signature.
func (h *hook) expect(t *testing.T, alertID string) {
	t.Helper()
	deadline := time.After(2 * time.Minute)
	for {
		select {
		case d := <-h.body:
			var m struct {
				Alert heron.Alert `json:"alert"`
			}
			if err := json.Unmarshal(d.body, &m); err != nil {
				t.Fatalf("delivery %q: %v", d.body, err)
			}
			checkSignature(t, d)
			if m.Alert.ID == alertID {
				return
			}
		case <-deadline:
			t.Fatal("no webhook told of the alert")
		}
	}
}

func checkSignature(t *testing.T, d delivery) {
	t.Helper()
	stamp := d.header.Get("X-Heron-Timestamp")
	if n, err := strconv.ParseInt(stamp, 10, 64); err != nil || time.Since(time.Unix(n, 0)) > time.Minute {
		t.Errorf("the delivery's time is %q", stamp)
	}
	mac := hmac.New(sha256.New, []byte(hookSecret))
	fmt.Fprintf(mac, "%s.%s", stamp, d.body)
	if want := "sha256=" + hex.EncodeToString(mac.Sum(nil)); d.header.Get("X-Heron-Signature") != want {
		t.Errorf("signature %q, want %q", d.header.Get("X-Heron-Signature"), want)
	}
}
