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
