package app

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/client"
)

func TestWhatIsImportedIsIdentifiedKeptAndExported(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := run(t, Options{Config: testConfig(dir)})
	password := r.password
	c := r.login(t, password)
	const inventory = "mac,ip,name,vendor,model,type,firmware\n" +
		"28:63:36:00:00:01,10.77.9.5,press-1,Siemens AG,S7-1500,PLC,2.9.2\nnonsense,,,,,,\n"
	i, err := c.ImportDevices(t.Context(), "", strings.NewReader(inventory))
	if err != nil {
		t.Fatal(err)
	}
	if i.Format != "csv" || i.Hosts != 1 || i.Devices != 1 || i.Skipped != 1 || i.Problems[0].Line != 3 {
		t.Errorf("import: %+v", i)
	}
	const lease = "1700000000 28:63:36:00:00:01 10.77.9.6 press-old *\n"
	if _, err := c.ImportDevices(t.Context(), "dnsmasq", strings.NewReader(lease)); err != nil {
		t.Fatal(err)
	}
	if _, err := c.ImportDevices(t.Context(), "", strings.NewReader("{")); heron.ErrorCode(err) != heron.CodeInvalid {
		t.Errorf("an import that is none: %v", err)
	}
	r.stop()

	r = run(t, Options{Config: testConfig(dir)})
	c = r.login(t, password)
	if _, err := c.ImportDevices(t.Context(), "csv", strings.NewReader(inventory)); err != nil {
		t.Fatal(err)
	}
	list := devices(t, c, "")
	if len(list) != 1 {
		t.Fatalf("%d devices, want 1", len(list))
	}
	id := list[0].Identity
	if id.Vendor == nil || id.Vendor.Value != "Siemens" || id.Model == nil || id.Model.Value != "S7-1500" ||
		id.Type.Value != "plc" || id.Firmware == nil || id.Firmware.Value != "2.9.2" || list[0].IPs[0].String() != "10.77.9.5" {
		t.Errorf("imported: %+v, %v", id, list[0].IPs)
	}
	for format, want := range map[string]string{"csv": ",Siemens S7-1500,plc,", "netbox": "Siemens S7-1500,plc,Siemens,S7-1500,", "cyclonedx": `"name":"Siemens S7-1500"`} {
		var b bytes.Buffer
		if err := c.ExportDevices(t.Context(), format, client.DeviceQuery{Search: "type:plc"}, &b); err != nil || !strings.Contains(b.String(), want) {
			t.Errorf("%s: %v\n%s", format, err, b.String())
		}
		if format == "cyclonedx" && !json.Valid(b.Bytes()) {
			t.Errorf("not JSON:\n%s", b.String())
		}
	}
	if err := c.ExportDevices(t.Context(), "pdf", client.DeviceQuery{}, new(bytes.Buffer)); heron.ErrorCode(err) != heron.CodeInvalid {
		t.Errorf("export as pdf: %v", err)
	}
}
