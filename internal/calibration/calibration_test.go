package calibration_test

import (
	"testing"

	"github.com/heron-iot/heron/internal/calibration"
)

func TestBins(t *testing.T) {
	t.Parallel()
	type answer struct {
		confidence float64
		right      bool
	}
	for _, tt := range []struct {
		name    string
		answers []answer
		want    float64
	}{
		{"none", nil, 0},
		{"as sure as right", []answer{{0.75, true}, {0.75, true}, {0.75, true}, {0.75, false}}, 0},
		{"too sure and not sure enough", []answer{{1, true}, {1, false}, {0.5, true}, {0.5, true}}, 0.5},
	} {
		var b calibration.Bins
		for _, a := range tt.answers {
			b.Add(a.confidence, a.right)
		}
		if got := b.Error(); got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
	if got := calibration.Class(1); got != calibration.Classes-1 {
		t.Errorf("the surest are of class %d", got)
	}
}
