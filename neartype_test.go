package heron_test

import (
	"strings"
	"testing"

	"github.com/heron-iot/heron"
)

func TestNearTypes(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]string{
		"lamp": "smart_bulb", "Light bulb": "smart_bulb", "television": "tv", "access point": "wap", "outlet": "smart_plug",
		"thermostta": "thermostat", "smart-bulbs": "smart_bulb", "ip_camera": "camera", "hoover": "vacuum_robot", "PC": "desktop", "turbine": "turbine_controller",
	} {
		if near := heron.NearTypes(word); len(near) == 0 || near[0] != want || len(near) > 3 {
			t.Errorf("%q is near %v, want %s", word, near, want)
		}
	}
	for _, word := range []string{"", "teapot", "xyz", strings.Repeat("lamp", 1000)} {
		if near := heron.NearTypes(word); len(near) > 0 {
			t.Errorf("%.20q is near %v", word, near)
		}
	}
}

func TestSlips(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"plc", "", 3}, {"plc", "plc", 0}, {"plcx", "plc", 1}, {"titel", "title", 1}, {"kettle", "kettel", 1}, {"valve", "value", 1}, {"drive", "bridge", 3}} {
		if got := heron.Slips(c.a, c.b); got != c.want {
			t.Errorf("%q and %q: %d, want %d", c.a, c.b, got, c.want)
		}
		if got := heron.Slips(c.b, c.a); got != c.want {
			t.Errorf("%q and %q: %d, want %d", c.b, c.a, got, c.want)
		}
	}
}
