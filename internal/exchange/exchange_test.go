package exchange_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"iter"
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/exchange"
)

const now = heron.Time(1_760_000_000) * heron.Second // 2025-10-09T08:53:20Z

// told is what an import says, a line an observation.
func told(in *heron.Import, observations []heron.Observation) string {
	var b strings.Builder
	for i := range observations {
		o := &observations[i]
		ip := ""
		if o.IP.IsValid() {
			ip = o.IP.String()
		}
		fmt.Fprintf(&b, "%s %s %s=%s %s %d..%d\n", o.MAC, ip, o.Key, o.Value, o.Source, o.First/heron.Second, o.Last/heron.Second)
	}
	for _, p := range in.Problems {
		fmt.Fprintf(&b, "line %d: %s\n", p.Line, p.Why)
	}
	return b.String()
}

var imports = map[string]struct{ format, file, want string }{
	"dnsmasq": {"dnsmasq", `1759999000 00:17:88:01:02:03 192.168.1.20 Philips-hue 01:00:17:88:01:02:03
1760900000 06-00:17:88:01:02:04 192.168.1.21 * *
1759999000 nonsense 192.168.1.22 x *
1759999000 00:17:88:01:02:05
duid 00:01:00:01:2b:3c:4d:5e:00:17:88:00:00:01
1759999100 7348997 fd00::20 laptop 00:01:00:01:29:11:22:33:54:e1:ad:00:00:09
`, `00:17:88:01:02:03 192.168.1.20 host.name=Philips-hue import.dnsmasq 1759999000..1759999000
00:17:88:01:02:03 192.168.1.20 dhcp.address=192.168.1.20 import.dnsmasq 1759999000..1759999000
00:17:88:01:02:04 192.168.1.21 dhcp.address=192.168.1.21 import.dnsmasq 1760000000..1760000000
 fd00::20 dhcpv6.duid=000100012911223354e1ad000009 import.dnsmasq 1759999100..1759999100
 fd00::20 host.name=laptop import.dnsmasq 1759999100..1759999100
line 3: "nonsense" is no MAC address
line 4: want five fields: end, MAC, address, name, client id
`},
	"kea": {"kea", `address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context,pool_id
10.0.0.7,00:1d:9c:c0:00:01,ff:00:00:00:01:00:01:00:01:2a:00,3600,1759999999,1,0,0,plc-line&#x2c3.,0,,0
10.0.0.8,00:1d:9c:c0:00:02,,3600,1759999999,1,0,0,,1,,0
somewhere,00:1d:9c:c0:00:02,,3600,1759999999,1,0,0,,0,,0
`, `00:1d:9c:c0:00:01 10.0.0.7 host.name=plc-line,3 import.kea 1759996399..1759999999
00:1d:9c:c0:00:01 10.0.0.7 dhcp.client_id=ff00000001000100012a00 import.kea 1759996399..1759999999
00:1d:9c:c0:00:01 10.0.0.7 dhcp.address=10.0.0.7 import.kea 1759996399..1759999999
line 3: the host declined the address
line 4: "somewhere" is no IP address
`},
	"isc": {"isc", `# The format of this file is documented in the dhcpd.leases(5) manual page.
authoring-byte-order little-endian;

lease 10.1.2.3 {
  starts 4 2025/10/09 08:00:00;
  ends 4 2025/10/09 08:10:00;
  binding state free;
  hardware ethernet 00:80:f4:0a:0b:0c;
  set vendor-class-identifier = "Schneider";
  client-hostname "m340";
}
lease 10.1.2.3 {
  starts epoch 1759999500; # Thu
  ends never;
  hardware ethernet 00:80:f4:0a:0b:0d;
}
lease nowhere {
}
`, `00:80:f4:0a:0b:0c 10.1.2.3 dhcp.vendor_class=Schneider import.isc 1759996800..1759997400
00:80:f4:0a:0b:0c 10.1.2.3 host.name=m340 import.isc 1759996800..1759997400
00:80:f4:0a:0b:0c 10.1.2.3 dhcp.address=10.1.2.3 import.isc 1759996800..1759997400
00:80:f4:0a:0b:0d 10.1.2.3 dhcp.address=10.1.2.3 import.isc 1759999500..1760000000
line 17: "nowhere {" is no IP address
`},
	"csv": {"csv", "\xef\xbb\xbfMAC Address;IP-Address;Name;Vendor;Model;Type;Serial Number;Room;Colour\n" +
		"00-1D-9C-C0-00-01;10.0.0.7/24;'=cmd;Rockwell;1769-L33ER;PLC;6006A1;Hall 3;red\n" +
		"001d.9cc0.0002;;;;;Robot vacuum;;;\n" +
		";10.0.0.300;x;;;;;;\n" +
		";;x;;;;;;\n" +
		"001d9cc00003;10.0.0.9;;;;;;;\n", `00:1d:9c:c0:00:01 10.0.0.7 import.name==cmd import.csv 1760000000..1760000000
00:1d:9c:c0:00:01 10.0.0.7 import.vendor=Rockwell import.csv 1760000000..1760000000
00:1d:9c:c0:00:01 10.0.0.7 import.model=1769-L33ER import.csv 1760000000..1760000000
00:1d:9c:c0:00:01 10.0.0.7 import.type=plc import.csv 1760000000..1760000000
00:1d:9c:c0:00:01 10.0.0.7 import.serial_number=6006A1 import.csv 1760000000..1760000000
00:1d:9c:c0:00:01 10.0.0.7 import.location=Hall 3 import.csv 1760000000..1760000000
00:1d:9c:c0:00:02  import.type=vacuum_robot import.csv 1760000000..1760000000
line 4: "10.0.0.300" is no IP address
line 5: has neither a MAC nor an IP address
line 6: says nothing of the device
`},
	"netbox": {
		"netbox", `{"count":2,"results":[
 {"id":7,"name":"press-1","device_type":{"id":1,"model":"S7-1500","manufacturer":{"name":"Siemens"}},"role":{"slug":"plc"},"serial":"S C-X1",
  "platform":{"name":"TIA"},"site":{"name":"Plant 2"},"location":{"name":"Hall 1"},"tenant":null,"primary_ip4":{"address":"10.2.0.5/24"},"primary_ip6":null},
 {"id":8,"name":"nowhere","device_type":{"model":"x"},"device_role":{"slug":"access-switch"}}]}
[{"id":1,"device":{"id":7,"name":"press-1"},"mac_address":"28:63:36:00:00:01"},{"id":2,"device":{"id":7},"mac_address":"28:63:36:00:00:02"},{"id":3,"device":{"id":8},"mac_address":null}]`,
		`28:63:36:00:00:01 10.2.0.5 import.name=press-1 import.netbox 1760000000..1760000000
28:63:36:00:00:01 10.2.0.5 import.model=S7-1500 import.netbox 1760000000..1760000000
28:63:36:00:00:01 10.2.0.5 import.vendor=Siemens import.netbox 1760000000..1760000000
28:63:36:00:00:01 10.2.0.5 import.type=plc import.netbox 1760000000..1760000000
28:63:36:00:00:01 10.2.0.5 import.os=TIA import.netbox 1760000000..1760000000
28:63:36:00:00:01 10.2.0.5 import.serial_number=S C-X1 import.netbox 1760000000..1760000000
28:63:36:00:00:01 10.2.0.5 import.location=Plant 2, Hall 1 import.netbox 1760000000..1760000000
28:63:36:00:00:02  import.name=press-1 import.netbox 1760000000..1760000000
28:63:36:00:00:02  import.serial_number=S C-X1 import.netbox 1760000000..1760000000
line 2: has neither a MAC nor an IP address
`,
	},
}

func TestRead(t *testing.T) {
	t.Parallel()
	for name, c := range imports {
		for _, format := range []string{c.format, "auto"} {
			in, observations, err := exchange.Read(format, strings.NewReader(c.file), now)
			if err != nil {
				t.Errorf("%s as %s: %v", name, format, err)
				continue
			}
			if in.Format != c.format {
				t.Errorf("%s as %s was read as %s", name, format, in.Format)
			}
			if diff := cmp.Diff(c.want, told(in, observations)); diff != "" {
				t.Errorf("%s as %s (-want +got):\n%s", name, format, diff)
			}
		}
	}
}

func TestReadSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ format, file, want string }{
		{"", "", "the file is empty"},
		{"", " \n\t\n", "the file is empty"},
		{"xls", "mac\n", `format "xls": there are csv, dnsmasq, isc, kea, netbox`},
		{"auto", "colour,size\nred,3\n", "needs a column mac or ip in its first row; it has"},
		{"csv", "mac,name\n", "has no hosts; it was read as csv"},
		{"csv", "mac,name\nx,y\n", `line 2: "x" is no MAC address`},
		{"netbox", `{"results":[{"id":7}`, "is no JSON from byte"},
		{"netbox", `{"results":7}`, "not what NetBox's REST API answers"},
		{"isc", "server-duid;\n", "no hosts"},
		{"csv", "mac,name\n" + strings.Repeat("x", 100<<10), "nothing could be taken"},
	} {
		if _, _, err := exchange.Read(c.format, strings.NewReader(c.file), now); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.40q as %q: %v, want %q", c.file, c.format, err, c.want)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, c := range imports {
		f.Add(c.format, []byte(c.file))
	}
	f.Fuzz(func(t *testing.T, format string, file []byte) {
		_, observations, err := exchange.Read(format, bytes.NewReader(file), now)
		if err != nil {
			return
		}
		for _, o := range observations {
			if o.First > o.Last || o.Last > now || o.First <= 0 || o.Value == "" || len(o.Value) > heron.MaxObservationValue {
				t.Errorf("%+v", o)
			}
		}
	})
}

var devices = []heron.Device{
	{
		ID: "0199c0de-0000-7000-8000-000000000001", MACs: []heron.MAC{{0x28, 0x63, 0x36, 0, 0, 1}}, IPs: []netip.Addr{netip.MustParseAddr("10.2.0.5")},
		Hostnames: []string{"=HYPERLINK(x)"}, First: now - heron.Hour, Last: now, Zone: "cell",
		Identity: heron.Identity{
			Type: heron.Claim{Value: "plc", Confidence: 0.97}, Vendor: &heron.Claim{Value: "Siemens", Confidence: 0.99},
			Model: &heron.Claim{Value: "S7-1500", Confidence: 0.9}, Firmware: &heron.Claim{Value: "2.9.2", Confidence: 0.8},
		},
		Evidence: []heron.Evidence{{Key: "tls.cert.serial", Value: "no"}, {Key: "snmp.serial_number", Value: "S C-X1"}},
		Services: []heron.Service{{Transport: heron.TCP, Port: 102, Protocol: "s7comm"}, {Transport: heron.TCP, Port: 80}},
		Risk:     &heron.RiskSummary{Score: 71.6},
		Standing: heron.Standing{Criticality: heron.Held{Value: "high", By: heron.ByType}, Purdue: heron.Held{Value: "1", By: heron.ByUser}, ZoneKind: heron.Held{Value: "ot", By: heron.ByZone}},
	},
	{ID: "0199c0de-0000-7000-8000-000000000002", IPs: []netip.Addr{netip.MustParseAddr("fd00::9")}, Identity: heron.Identity{Type: heron.Claim{Value: heron.Unknown}}},
}

func each(list []heron.Device, err error) iter.Seq2[heron.Device, error] {
	return func(yield func(heron.Device, error) bool) {
		for _, d := range list {
			if !yield(d, nil) {
				return
			}
		}
		if err != nil {
			yield(heron.Device{}, err)
		}
	}
}

func TestWrite(t *testing.T) {
	t.Parallel()
	for _, w := range exchange.Writers() {
		var b bytes.Buffer
		e := exchange.Export{Site: "Plant 2", Version: "1.0", Time: now, ID: "0199c0de-0000-7000-8000-00000000000e"}
		if err := w.Write(&b, e, each(devices, nil)); err != nil {
			t.Errorf("%s: %v", w.Name, err)
		}
		golden := "testdata/" + w.Name + ".golden"
		if os.Getenv("GOLDEN") == "update" {
			if err := os.WriteFile(golden, b.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), b.String()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", w.Name, diff)
		}
		if w.Name == "cyclonedx" && !json.Valid(b.Bytes()) {
			t.Errorf("%s is no JSON", w.Name)
		}
		broken := fmt.Errorf("the store went away")
		if err := w.Write(&b, e, each(devices, broken)); err == nil || !strings.Contains(err.Error(), broken.Error()) {
			t.Errorf("%s: a fault of the store gave %v", w.Name, err)
		}
	}
	if _, err := exchange.WriterOf("pdf"); err == nil || !strings.Contains(err.Error(), "there are csv, cyclonedx, netbox") {
		t.Error(err)
	}
}

func TestWhatIsWrittenCanBeRead(t *testing.T) {
	t.Parallel()
	table := written(t, "csv", devices)
	edited := strings.Replace(table, `name=""=HYPERLINK(x)"" `, "", 1) // as if somebody had put in the name
	got := readBack(t, "csv", edited)
	for _, want := range []string{"28:63:36:00:00:01 10.2.0.5 import.serial_number=S C-X1", "import.name==HYPERLINK(x)"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if strings.Contains(got, heron.Unknown) {
		t.Errorf("what Heron did not know is told as known:\n%s", got)
	}
}

// An answer that is exported and imported is not told as if somebody else had
// said it; what a person changed in the table, or said before, is.
func TestOwnAnswersAreNoWitnesses(t *testing.T) {
	t.Parallel()
	table := written(t, "csv", devices)
	if got := readBack(t, "csv", table); strings.Contains(got, "import.type") || strings.Contains(got, "import.vendor") ||
		strings.Contains(got, "import.model") || strings.Contains(got, "import.firmware") || strings.Contains(got, "import.name") {
		t.Errorf("own answers are taken:\n%s", got)
	}
	edited := strings.Replace(table, ",plc,", ",rtu,", 1)
	if got := readBack(t, "csv", edited); !strings.Contains(got, "import.type=rtu") || strings.Contains(got, "import.vendor") {
		t.Errorf("the type that was changed, and it alone, is to be taken:\n%s", got)
	}
	said := slices.Clone(devices)
	said[0].Identity.Type.By = heron.ByUser
	if got := readBack(t, "csv", written(t, "csv", said)); !strings.Contains(got, "import.type=plc") {
		t.Errorf("a person's word is not taken:\n%s", got)
	}
}

func TestOwnAnswersComeBackFromNetBox(t *testing.T) {
	t.Parallel()
	rows, err := csv.NewReader(strings.NewReader(written(t, "netbox", devices))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	answer := func(vendor string) string {
		row := rows[1]
		b, err := json.Marshal(map[string]any{
			"id": 1, "name": row[0], "role": map[string]string{"slug": row[1]}, "serial": row[6], "comments": row[7],
			"device_type": map[string]any{"model": row[3], "manufacturer": map[string]string{"name": vendor}},
			"primary_ip":  map[string]string{"address": "10.2.0.5/24"},
		})
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	if got := readBack(t, "netbox", answer("Siemens")); !strings.Contains(got, "10.2.0.5 import.serial_number") ||
		strings.Contains(got, "import.type") || strings.Contains(got, "import.vendor") || strings.Contains(got, "import.name") {
		t.Errorf("own answers are taken:\n%s", got)
	}
	if got := readBack(t, "netbox", answer("VIPA")); !strings.Contains(got, "import.vendor=VIPA") {
		t.Errorf("what was changed in NetBox is not taken:\n%s", got)
	}
	if got := readBack(t, "netbox", answer("Unknown")); strings.Contains(got, "import.vendor") {
		t.Errorf("an unknown maker is told as one:\n%s", got)
	}
}

// NetBox refuses a table in which a name stands twice, or a longer one.
func TestNamesInNetBoxAreUnique(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ä", 70)
	list := []heron.Device{
		{ID: "1", Name: "iPhone", MACs: []heron.MAC{{2, 0, 0, 0, 0, 1}}},
		{ID: "2", Name: "IPHONE", MACs: []heron.MAC{{2, 0, 0, 0, 0, 2}}},
		{ID: "3", Name: "iPhone"},
		{ID: "4", Name: long},
		{ID: "5", Name: long, MACs: []heron.MAC{{2, 0, 0, 0, 0, 5}}},
	}
	rows, err := csv.NewReader(strings.NewReader(written(t, "netbox", list))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, row := range rows[1:] {
		if name := strings.ToLower(row[0]); seen[name] || len([]rune(name)) > 64 {
			t.Errorf("%q is not unique, or too long", row[0])
		} else {
			seen[name] = true
		}
	}
}

func written(t *testing.T, format string, list []heron.Device) string {
	t.Helper()
	w, err := exchange.WriterOf(format)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := w.Write(&b, exchange.Export{Site: "Plant 2"}, each(list, nil)); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func readBack(t *testing.T, format, file string) string {
	t.Helper()
	in, observations, err := exchange.Read(format, strings.NewReader(file), now)
	if err != nil {
		t.Fatal(err)
	}
	return told(in, observations)
}
