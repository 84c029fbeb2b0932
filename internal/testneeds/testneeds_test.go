package testneeds_test

import (
	"os/exec"
	"testing"

	"github.com/heron-iot/heron/internal/testneeds"
)

// told is a test that notes what becomes of it.
type told struct {
	testing.TB
	skipped, failed bool
}

func (t *told) Helper()      {}
func (t *told) Skip(...any)  { t.skipped = true }
func (t *told) Fatal(...any) { t.failed = true }

func TestWhatIsMissingSkipsButInCI(t *testing.T) {
	for _, c := range []struct {
		ci              string
		skipped, failed bool
	}{{"", true, false}, {"1", false, true}} {
		t.Setenv("CI", c.ci)
		got := told{TB: t}
		testneeds.Program(&got, "no-such-program", "nothing")
		if got.skipped != c.skipped || got.failed != c.failed {
			t.Errorf("CI=%q: skipped %v, failed %v", c.ci, got.skipped, got.failed)
		}
	}
}

func TestAProgramThatIsThere(t *testing.T) {
	got := told{TB: t}
	want, err := exec.LookPath("go")
	if err != nil {
		t.Fatal(err)
	}
	if path := testneeds.Program(&got, "go", "golang"); path != want || got.skipped || got.failed {
		t.Errorf("%q, skipped %v, failed %v", path, got.skipped, got.failed)
	}
}
