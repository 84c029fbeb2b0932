package switches_test

import (
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

	"github.com/heron-iot/heron/internal/proto/snmp"
	"github.com/heron-iot/heron/internal/switches"
	"github.com/heron-iot/heron/internal/testneeds"
)

// mib is what an agent has for one community, by object.
type mib map[string]snmp.Binding

func (m mib) number(oid string, n int) { m[oid] = snmp.Int(snmp.ParseOID(oid), snmp.TagInteger, n) }
func (m mib) text(oid, s string)       { m[oid] = snmp.Text(snmp.ParseOID(oid), s) }

// learned has a station at a port of the bridge, which is an interface.
func (m mib) learned(port, ifIndex int, station byte) {
	a := mac(station)
	row := fmt.Sprintf("%d.%d.%d.%d.%d.%d", a[0], a[1], a[2], a[3], a[4], a[5])
	m.number("1.3.6.1.2.1.17.4.3.1.2."+row, port)
	m.number("1.3.6.1.2.1.17.4.3.1.3."+row, 3)
	m.number(fmt.Sprint("1.3.6.1.2.1.17.1.4.1.2.", port), ifIndex)
}

// serve answers for communities as agents do, and is silent to others.
func serve(t *testing.T, by map[string]mib) netip.AddrPort {
	t.Helper()
	sorted := map[string][]snmp.Binding{}
	for community, m := range by {
		sorted[community] = nil
		for _, b := range m {
			sorted[community] = append(sorted[community], b)
		}
		slices.SortFunc(sorted[community], func(a, b snmp.Binding) int { return a.OID.Compare(b.OID) })
	}
	return agent(t, func(q *snmp.Message) *snmp.Message {
		list, known := sorted[q.Community]
		if !known {
			return nil
		}
		a := &snmp.Message{}
		for _, ask := range q.Bindings {
			at, _ := slices.BinarySearchFunc(list, ask.OID, func(b snmp.Binding, o snmp.OID) int { return b.OID.Compare(o) })
			rows := 1
			switch q.Kind {
			case snmp.Get:
				if at == len(list) || list[at].OID.Compare(ask.OID) != 0 {
					a.Bindings = append(a.Bindings, snmp.Binding{OID: ask.OID, Tag: snmp.NoSuchObject})
					continue
				}
			case snmp.GetBulk:
				rows = q.Index
				fallthrough
			case snmp.GetNext:
				if at < len(list) && list[at].OID.Compare(ask.OID) == 0 {
					at++
				}
			default:
				t.Errorf("kind %x was asked", q.Kind)
				return nil
			}
			a.Bindings = append(a.Bindings, list[at:min(at+rows, len(list))]...)
			if at+rows > len(list) {
				a.Bindings = append(a.Bindings, snmp.Binding{OID: ask.OID, Tag: snmp.EndOfMIB})
			}
		}
		return a
	})
}

// catalyst is a switch of Cisco's older kind: a forwarding table for each VLAN, its
// neighbours by CDP, and an aggregate of two ports.
func catalyst() map[string]mib {
	all, twenty, thirty := mib{}, mib{}, mib{}
	all.text("1.3.6.1.2.1.1.5.0", "sw-floor-2")
	for i, name := range map[int]string{1: "Gi0/1", 2: "Gi0/2", 3: "Gi0/3", 4: "Gi0/4", 50: "Po1"} {
		all.text(fmt.Sprint("1.3.6.1.2.1.31.1.1.1.1.", i), name)
	}
	for v, state := range map[int]int{1: 1, 20: 1, 30: 1, 40: 2} { // 40 is suspended
		all.number(fmt.Sprint("1.3.6.1.4.1.9.9.46.1.3.1.1.2.1.", v), state)
		all.number(fmt.Sprint("1.3.6.1.4.1.9.9.46.1.3.1.1.3.1.", v), 1)
	}
	all.number("1.3.6.1.4.1.9.9.46.1.3.1.1.2.1.1002", 1)
	all.number("1.3.6.1.4.1.9.9.46.1.3.1.1.3.1.1002", 2) // FDDI
	for member, above := range map[int]int{1: 0, 3: 50, 4: 50, 50: 50} {
		all.number(fmt.Sprint("1.2.840.10006.300.43.1.2.1.1.13.", member), above)
	}
	twenty.learned(1, 1, 20)
	twenty.learned(9, 50, 99)
	thirty.learned(2, 2, 30)
	thirty.learned(9, 50, 98)
	for row, n := range map[string]struct{ name, address, can string }{
		"2.1": {"SEP001122334455", "\xc0\x00\x02\x10", "\x00\x00\x04\x90"}, // a telephone with a switch in it
		"3.7": {"sw-core", "\xc0\x00\x02\x01", "\x00\x00\x00\x28"},
	} {
		all.number("1.3.6.1.4.1.9.9.23.1.2.1.1.3."+row, 1)
		all.text("1.3.6.1.4.1.9.9.23.1.2.1.1.4."+row, n.address)
		all.text("1.3.6.1.4.1.9.9.23.1.2.1.1.6."+row, n.name)
		all.text("1.3.6.1.4.1.9.9.23.1.2.1.1.9."+row, n.can)
	}
	return map[string]mib{"lab": all, "lab@20": twenty, "lab@30": thirty} // of 1 it has no port
}

// checkCatalyst wants what a catalyst tells, and where that puts who hangs on it.
func checkCatalyst(t *testing.T, x *switches.Tables) {
	t.Helper()
	var got []string
	for _, s := range x.Stations {
		got = append(got, fmt.Sprintf("%d:%d/%d", s.MAC[5], s.IfIndex, s.VLAN))
	}
	if s := strings.Join(got, " "); s != "20:1/20 99:50/20 30:2/30 98:50/30" {
		t.Errorf("stations are %s", s)
	}
	if x.Members[3] != 50 || x.Members[4] != 50 || len(x.Members) != 2 {
		t.Errorf("members are %v", x.Members)
	}
	for _, n := range x.Neighbours {
		if want := n.Name == "sw-core"; n.Switch != want || !n.Address.Is4() {
			t.Errorf("a neighbour is %+v", n)
		}
	}
	// CDP speaks on a member; the aggregate is what leads away.
	if got := places(x); len(x.Neighbours) != 2 || got != "20:sw-floor-2/Gi0/1 30:sw-floor-2/Gi0/2" {
		t.Errorf("places are %s of neighbours %+v", got, x.Neighbours)
	}
}

func TestCatalyst(t *testing.T) {
	t.Parallel()
	x, err := switches.Read(t.Context(), serve(t, catalyst()), switches.Credential{Community: "lab"}, quick)
	if err != nil {
		t.Fatal(err)
	}
	checkCatalyst(t, x)
}

// One whose agent knows no communities of VLANs is read as before, and not waited for
// VLAN after VLAN.
func TestCatalystWithoutCommunitiesOfVLANs(t *testing.T) {
	t.Parallel()
	all := catalyst()["lab"]
	all.learned(1, 1, 20)
	x, err := switches.Read(t.Context(), serve(t, map[string]mib{"lab": all}), switches.Credential{Community: "lab"}, quick)
	if err != nil || len(x.Stations) != 1 || x.Stations[0].VLAN != 0 {
		t.Errorf("%+v, %v", x.Stations, err)
	}
	if x.Requests > 60 {
		t.Errorf("it was asked %d times", x.Requests)
	}
	if len(x.Neighbours) != 2 {
		t.Errorf("what comes after was not read: %+v", x.Neighbours)
	}
}

// Where there is no MIB of aggregation the stack of interfaces tells, of aggregates alone.
func TestAggregatesByTheStack(t *testing.T) {
	t.Parallel()
	m := mib{}
	m.text("1.3.6.1.2.1.1.5.0", "sw")
	for row, status := range map[string]int{"50.3": 1, "50.4": 1, "60.5": 1, "0.50": 1, "3.0": 1, "50.6": 2} {
		m.number("1.3.6.1.2.1.31.1.2.1.3."+row, status)
	}
	m.number("1.3.6.1.2.1.2.2.1.3.50", 161)
	m.number("1.3.6.1.2.1.2.2.1.3.60", 135) // a VLAN over a port
	x, err := switches.Read(t.Context(), serve(t, map[string]mib{"lab": m}), switches.Credential{Community: "lab"}, quick)
	if err != nil || len(x.Members) != 2 || x.Members[3] != 50 || x.Members[4] != 50 {
		t.Errorf("%v, %v", x.Members, err)
	}
}

// A real agent hands its contexts on to the catalyst: a user of version 3 reads the table
// of each VLAN in the context that has its number.
func TestContextsOfVLANs(t *testing.T) {
	t.Parallel()
	program := testneeds.Program(t, "snmpd", "snmpd")
	behind := serve(t, catalyst())
	free, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := netip.MustParseAddrPort(free.LocalAddr().String())
	free.Close()
	folder := t.TempDir()
	conf := "createUser hidden SHA-256 \"authentic words\" AES \"private words\"\nview everything included .1\nrouser hidden priv -V everything\n"
	for _, root := range []string{".1.3.6.1.4.1.9", ".1.2.840"} {
		conf += fmt.Sprintf("proxy -v 2c -c lab %s %s\n", behind, root)
	}
	for _, v := range []int{20, 30} {
		conf += fmt.Sprintf("rouser hidden priv -V everything vlan-%d\nproxy -Cn vlan-%d -v 2c -c lab@%d %s .1.3.6.1.2.1.17\n", v, v, v, behind)
	}
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
	user := snmp.User{Name: "hidden", Auth: "sha256", AuthPassword: "authentic words", Privacy: "aes", PrivacyPassword: "private words"}
	var x *switches.Tables
	for end := time.Now().Add(15 * time.Second); time.Now().Before(end); {
		x, err = switches.Read(t.Context(), at, switches.Credential{User: user}, switches.Limits{Pause: time.Millisecond, Timeout: time.Second})
		if x.Answered {
			break
		}
	}
	if err != nil {
		log, _ := os.ReadFile(filepath.Join(folder, "log"))
		t.Fatalf("%v\n%s", err, log)
	}
	x.Name, x.Ports = "sw-floor-2", map[int]switches.Port{1: {Name: "Gi0/1"}, 2: {Name: "Gi0/2"}} // the agent names this machine's
	checkCatalyst(t, x)
}
