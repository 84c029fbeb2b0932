package switches_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/proto/snmp"
	"github.com/heron-iot/heron/internal/switches"
	"github.com/heron-iot/heron/internal/testneeds"
)

func mac(n byte) heron.MAC { return heron.MAC{0x00, 0x11, 0x22, 0, 0, n} }

func table(n byte, ports ...string) *switches.Tables {
	t := &switches.Tables{
		Address: netip.AddrFrom4([4]byte{192, 0, 2, n}), Answered: true, Name: fmt.Sprint("sw", n),
		Own: map[heron.MAC]bool{mac(200 + n): true}, Ports: map[int]switches.Port{},
	}
	for i, p := range ports {
		t.Ports[i+1] = switches.Port{Name: p}
	}
	return t
}

func learned(t *switches.Tables, port int, macs ...byte) {
	for _, n := range macs {
		t.Stations = append(t.Stations, switches.Station{MAC: mac(n), IfIndex: port, VLAN: 20})
	}
}

func places(tables ...*switches.Tables) string {
	var out []string
	for _, p := range switches.Places(tables) {
		out = append(out, fmt.Sprintf("%d:%s/%s", p.MAC[5], p.At.Name, p.At.Port))
	}
	return strings.Join(out, " ")
}

func TestPlaces(t *testing.T) {
	t.Parallel()
	build := func() (core, edge *switches.Tables) {
		core, edge = table(1, "c1", "c2", "c3"), table(2, "e1", "e2", "e3")
		learned(core, 1, 10)             // a host of its own
		learned(core, 2, 20, 21, 22)     // what hangs on the edge
		learned(core, 3, 30, 31, 32, 33) // an unmanaged switch
		learned(edge, 1, 20)
		learned(edge, 2, 21, 22)
		learned(edge, 3, 10, 30, 31, 32, 33) // all else, by way of the core
		return core, edge
	}
	const want = "10:sw1/c1 20:sw2/e1 21:sw2/e2 22:sw2/e2 30:sw1/c3 31:sw1/c3 32:sw1/c3 33:sw1/c3"
	core, edge := build()
	core.Neighbours = []switches.Neighbour{{IfIndex: 2, MAC: mac(202), Switch: true}}
	edge.Neighbours = []switches.Neighbour{{IfIndex: 3, MAC: mac(201), Switch: true}}
	if got := places(core, edge); got != want {
		t.Errorf("by LLDP: got  %s\nwant %s", got, want)
	}
	if got := places(edge, core); got != want {
		t.Errorf("in another order: got  %s\nwant %s", got, want)
	}
	core, edge = build()
	learned(core, 2, 202)
	learned(edge, 3, 201)
	if got := places(core, edge); got != want {
		t.Errorf("by each other's MACs: got  %s\nwant %s", got, want)
	}
	core, edge = build()
	if got := places(core, edge); got != want {
		t.Errorf("by how many MACs there are: got  %s\nwant %s", got, want)
	}

	// A telephone with a computer behind it leads to no switch; a switch that nobody
	// asked hides who is behind it.
	lone := table(3, "p1", "p2")
	learned(lone, 1, 40, 41)
	learned(lone, 2, 50)
	lone.Neighbours = []switches.Neighbour{{IfIndex: 1, MAC: mac(40)}, {IfIndex: 2, MAC: mac(99), Switch: true}}
	if got := places(lone); got != "40:sw3/p1 41:sw3/p1" {
		t.Errorf("got %s", got)
	}
}

func TestASwitchThatIsSilentMovesNobody(t *testing.T) {
	t.Parallel()
	core, edge := table(1, "c1"), table(2, "e1", "e2")
	learned(core, 1, 20, 202)
	learned(edge, 1, 20)
	learned(edge, 2, 201)
	for _, o := range switches.Observations([]*switches.Tables{core, edge.AsOld()}, 1) {
		if o.Key == heron.KeyPort && o.MAC == mac(20) {
			t.Errorf("it is said to be at %s", o.Value)
		}
	}
}

func TestClaimsOfOneWhoAnswersForOthers(t *testing.T) {
	t.Parallel()
	r := table(1)
	for i := range byte(9) {
		r.Hosts = append(r.Hosts, switches.Host{IP: netip.AddrFrom4([4]byte{10, 0, 0, i + 1}), MAC: mac(1)})
	}
	r.Hosts = append(r.Hosts, switches.Host{IP: netip.MustParseAddr("10.0.0.77"), MAC: mac(2)})
	if got := r.Claims(); len(got) != 1 || got[0].MAC != mac(2) {
		t.Errorf("got %+v", got)
	}
}

// agent answers questions on a socket of loopback as answer says.
func agent(t *testing.T, answer func(q *snmp.Message) *snmp.Message) netip.AddrPort {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go func() {
		b := make([]byte, 1<<16)
		for {
			n, from, err := conn.ReadFrom(b)
			if err != nil {
				return
			}
			q, err := snmp.Parse(b[:n])
			if err != nil {
				continue
			}
			if a := answer(q); a != nil {
				a.Version, a.Community, a.Kind, a.RequestID = q.Version, q.Community, snmp.Response, q.RequestID
				_, _ = conn.WriteTo(a.Append(nil), from)
			}
		}
	}()
	return netip.MustParseAddrPort(conn.LocalAddr().String())
}

var quick = switches.Limits{Pause: time.Microsecond, Timeout: 50 * time.Millisecond}

func TestAgentsThatMisbehave(t *testing.T) {
	t.Parallel()
	cred := switches.Credential{Community: "lab"}
	silent := agent(t, func(*snmp.Message) *snmp.Message { return nil })
	if x, err := switches.Read(t.Context(), silent, cred, quick); err == nil || x.Answered || x.Requests != 3 {
		t.Errorf("of a silent agent: %+v, %v", x, err)
	}
	circles := agent(t, func(q *snmp.Message) *snmp.Message {
		return &snmp.Message{Bindings: []snmp.Binding{{OID: q.Bindings[0].OID, Tag: snmp.TagNull}}}
	})
	if _, err := switches.Read(t.Context(), circles, cred, quick); err != nil {
		t.Errorf("of an agent that goes round in circles: %v", err)
	}
	endless := agent(t, func(q *snmp.Message) *snmp.Message {
		o := append(slices.Clone(q.Bindings[0].OID), 1)
		return &snmp.Message{Bindings: []snmp.Binding{snmp.Text(o[:min(len(o), 100)], "x")}}
	})
	limited := quick
	limited.Requests = 40
	if x, err := switches.Read(t.Context(), endless, cred, limited); x.Requests > 41 || err != nil && !errors.Is(err, switches.ErrBudget) {
		t.Errorf("of an agent without end: %d requests, %v", x.Requests, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	slow := quick
	slow.Timeout = time.Minute
	began := time.Now()
	if _, err := switches.Read(ctx, silent, cred, slow); err == nil || time.Since(began) > 2*time.Second {
		t.Errorf("it goes on for %v after it was stopped: %v", time.Since(began), err)
	}
}

// snmpd runs a real agent on loopback, and returns where it listens.
func snmpd(t *testing.T) netip.AddrPort {
	t.Helper()
	program := testneeds.Program(t, "snmpd", "snmpd")
	folder := t.TempDir()
	free, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := netip.MustParseAddrPort(free.LocalAddr().String())
	free.Close()
	conf := "rocommunity lab 127.0.0.1\nsysName test-agent\n" +
		"createUser hidden SHA-256 \"authentic words\" AES \"private words\"\nrouser hidden priv\n" +
		"createUser seen SHA \"authentic words\"\nrouser seen auth\n"
	if err := os.WriteFile(filepath.Join(folder, "snmpd.conf"), []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), program, "-f", "-Lf", filepath.Join(folder, "log"), "-C", "-c", filepath.Join(folder, "snmpd.conf"),
		"-p", filepath.Join(folder, "pid"), "udp:"+at.String())
	c.Env = append(os.Environ(), "SNMP_PERSISTENT_DIR="+folder)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Process.Kill(); _ = c.Wait() })
	return at
}

// A real agent is read with a community and as users of version 3; it has interfaces,
// and no bridge.
func TestRealAgent(t *testing.T) {
	t.Parallel()
	at := snmpd(t)
	read := func(cred switches.Credential) (*switches.Tables, error) {
		return switches.Read(t.Context(), at, cred, switches.Limits{Pause: time.Millisecond, Timeout: time.Second})
	}
	for end := time.Now().Add(15 * time.Second); ; {
		if x, _ := read(switches.Credential{Community: "lab"}); x.Answered || time.Now().After(end) {
			break
		}
	}
	hidden := snmp.User{Name: "hidden", Auth: "sha256", AuthPassword: "authentic words", Privacy: "aes", PrivacyPassword: "private words"}
	seen := snmp.User{Name: "seen", Auth: "sha1", AuthPassword: "authentic words"}
	for _, cred := range []switches.Credential{{Community: "lab"}, {User: seen}, {User: hidden}} {
		x, err := read(cred)
		if err != nil || x.Name != "test-agent" || !strings.Contains(x.Description, "Linux") {
			t.Errorf("%v: %+v, %v", cred, x, err)
			continue
		}
		if len(x.Stations) > 0 || !slices.ContainsFunc(portsOf(x), func(p switches.Port) bool { return p.Name == "lo" && p.Up }) {
			t.Errorf("%v: ports are %+v", cred, x.Ports)
		}
		for _, h := range x.Hosts {
			if !h.IP.IsValid() || h.MAC.IsZero() {
				t.Errorf("%v: a host is %+v", cred, h)
			}
		}
	}
	hidden.AuthPassword = "other words"
	for _, cred := range []switches.Credential{{Community: "public"}, {User: hidden}} {
		if x, err := switches.Read(t.Context(), at, cred, quick); err == nil || x.Answered {
			t.Errorf("%v, which is wrong: %+v", cred, x)
		}
	}
}

func portsOf(t *switches.Tables) (out []switches.Port) {
	for _, p := range t.Ports {
		out = append(out, p)
	}
	return out
}
