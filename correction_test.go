package heron_test

import (
	"strings"
	"testing"

	"github.com/heron-iot/heron"
)

// Who confirms or rejects what nobody says is told so.
func TestNothingSaidIsNothingToReject(t *testing.T) {
	t.Parallel()
	for ruling, want := range map[heron.Ruling]string{
		heron.RulingReject:  "nothing to reject",
		heron.RulingConfirm: "nothing to confirm",
		heron.RulingLock:    "want a value of 1 to",
	} {
		c := heron.Correction{Field: "model", Ruling: ruling}
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", ruling, err, want)
		}
	}
}
