package volume_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/detect/detecttest"
	"github.com/heron-iot/heron/internal/detect/volume"
)

// unusual is an event of package behavior.
func unusual(seconds float64, value, maturity string) detecttest.Step {
	return detecttest.Event(seconds, "behavior.unusual", map[string]string{
		"device": "camera", "feature": "bytes_out", "value": value, "threshold": "1000", "max": "800", "mean": "20", "maturity": maturity,
	})
}

func TestVolume(t *testing.T) {
	t.Parallel()
	network := []heron.Device{detecttest.Device("camera", "camera", "10.0.0.5")}
	detecttest.Run(t, volume.Detector(), []detecttest.Scenario{
		{Name: "one minute", Network: network, Script: []detecttest.Step{unusual(0, "1500", "1.00")}, Want: []string{"low 10.0.0.5 → : open, camera: bytes sent: 1500 in a minute, at most 1000 expected"}},
		{Name: "three minutes of ten", Network: network, Script: []detecttest.Step{unusual(0, "1500", "1.00"), unusual(60, "1500", "1.00"), unusual(300, "1500", "1.00")}, Want: []string{"medium 10.0.0.5"}},
		{Name: "three minutes of an hour", Network: network, Script: []detecttest.Step{unusual(0, "1500", "1.00"), unusual(1200, "1500", "1.00"), unusual(2400, "1500", "1.00")}, Want: []string{"low 10.0.0.5"}},
		{Name: "ten times the threshold", Network: network, Script: []detecttest.Step{unusual(0, "10000", "1.00")}, Want: []string{"medium 10.0.0.5"}},
		{Name: "a young baseline is not trusted", Network: network, Script: []detecttest.Step{unusual(0, "90000", "0.20"), unusual(60, "90000", "0.20"), unusual(120, "90000", "0.20")}, Want: []string{"low 10.0.0.5"}},
		{Name: "is over after an hour", Network: network, Script: []detecttest.Step{unusual(0, "1500", "1.00"), detecttest.Clock(3700)}, Want: []string{"low 10.0.0.5 → : closed"}},
		{Name: "an event of nobody", Script: []detecttest.Step{detecttest.Event(0, "behavior.unusual", nil)}},
	})
}
