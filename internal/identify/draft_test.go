package identify_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/identify"
)

func TestDraft_knows_the_device_again(t *testing.T) {
	t.Parallel()
	mac, err := heron.ParseMAC("00:0e:8c:12:34:56")
	if err != nil {
		t.Fatal(err)
	}
	d := &heron.Device{ID: "d1", MACs: []heron.MAC{mac}, Identity: heron.Identity{
		Type:   heron.Claim{Value: "plc", Confidence: 1, By: heron.ByUser},
		Vendor: &heron.Claim{Value: "Siemens", Confidence: 0.9},
	}}
	own := seen("http.title=Press \"12\" \u00fc", "host.name=press-0042", "service.open=tcp/80", "http.server=nginx", "ftp.banner=ab")
	for i := range own {
		own[i].MAC = mac
	}
	text := identify.Draft(d, own, func(_, value string) bool { return value == "nginx" })
	for _, want := range []string{
		`id: siemens.plc.http-title`, `equals: "Press \"12\" \u00fc"`, `prefix: "00:0e:8c:"`, `prefix: "press-"`, `type: ["plc", 5]`, `vendor: ["Siemens", 3]`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("want %s in:\n%s", want, text)
		}
	}
	if strings.Contains(text, "nginx") || strings.Contains(text, "service.open") {
		t.Errorf("it rests on what others show, too:\n%s", text)
	}
	id, err := identify.Over(fstest.MapFS{"draft.yaml": {Data: []byte(text)}})
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if got := id.Identify(own).Identity.Type; got.Value != "plc" {
		t.Errorf("its own device is %+v", got)
	}
}

func TestDraft_of_nothing(t *testing.T) {
	t.Parallel()
	text := identify.Draft(&heron.Device{ID: "d1"}, seen("service.open=tcp/80"), func(string, string) bool { return false })
	if _, err := identify.Over(fstest.MapFS{"draft.yaml": {Data: []byte(text)}}); err != nil {
		t.Errorf("%v\n%s", err, text)
	}
}
