package dissect_test

import (
	"testing"

	"github.com/heron-iot/heron/internal/dissect"
)

func TestAttributesThatComeAgainAreKept(t *testing.T) {
	t.Parallel()
	var a dissect.Attrs
	ask := func(unit int, name string) map[string]string {
		a.Begin(1)
		a.Number(unit)
		a.Text([]byte(name))
		return a.Known()
	}
	if ask(7, "x") != nil {
		t.Fatal("known before it was kept")
	}
	if got := a.Keep(map[string]string{"name": " x\x00y"}); got["name"] != "x y" {
		t.Errorf("got %q", got["name"])
	}
	if got := ask(7, "x"); got["name"] != "x y" {
		t.Errorf("got %v of what was kept", got)
	}
	if ask(8, "x") != nil || ask(7, "y") != nil || ask(7, "") != nil {
		t.Error("taken for another's")
	}
}

func TestAttributesOfLongAgoAreForgotten(t *testing.T) {
	t.Parallel()
	var a dissect.Attrs
	ask := func(n int) bool {
		a.Begin(0)
		a.Number(n)
		if a.Known() != nil {
			return true
		}
		a.Keep(map[string]string{"a": "x"})
		return false
	}
	const many = 20_000 // more than are held
	for i := range many {
		ask(i)
		if i > 0 && !ask(0) {
			t.Fatalf("what comes again and again is forgotten after %d others", i)
		}
	}
	if ask(1) {
		t.Error("all of them are held")
	}
}
