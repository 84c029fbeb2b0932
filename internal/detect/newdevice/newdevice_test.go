package newdevice_test

import (
	"fmt"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/detect/detecttest"
	"github.com/heron-iot/heron/internal/detect/newdevice"
)

func TestNewDevice(t *testing.T) {
	t.Parallel()
	camera := detecttest.Device("camera", "camera", "00:11:22:00:00:01", "10.0.0.5")
	inZone, plc, remote := camera, detecttest.Device("press", "plc", "10.0.0.6"), camera
	inZone.Zone, plc.Zone, remote.Local = "guest", "cell", false
	crowd := make([]detecttest.Step, 0, 30)
	for i := range 30 {
		crowd = append(crowd, detecttest.New(4000+float64(i), detecttest.Device(fmt.Sprint("d", i), heron.Unknown, fmt.Sprint("10.0.1.", i))))
	}
	want := make([]string, 0, 11)
	for i := range 10 {
		want = append(want, fmt.Sprintf("info 10.0.1.%d → : open, d%d was seen for the first time", i, i))
	}
	detecttest.Run(t, newdevice.Detector(), []detecttest.Scenario{
		{Name: "after the first hour", Script: []detecttest.Step{detecttest.New(3700, camera)}, Want: []string{"info 10.0.0.5 → : open, camera was seen for the first time"}},
		{Name: "in the first hour", Script: []detecttest.Step{detecttest.New(10, camera), detecttest.New(3500, plc)}},
		{Name: "in a zone", Script: []detecttest.Step{detecttest.New(3700, inZone)}, Want: []string{"low 10.0.0.5"}},
		{Name: "a control device in a zone", Script: []detecttest.Step{detecttest.New(3700, plc)}, Want: []string{"medium 10.0.0.6"}},
		{Name: "a remote host", Script: []detecttest.Step{detecttest.New(3700, remote)}},
		{Name: "a crowd is one alert", Script: crowd, Want: append(want, "low  → : open, many new devices at once")},
	})
}
