package main

import (
	"strings"
	"testing"
)

func TestTheLabPromisesOnlyAttacksThatItCanPlay(t *testing.T) {
	t.Parallel()
	if s := attackHint(true); !strings.Contains(s, "need namespaces") {
		t.Errorf("on loopback addresses: %q", s)
	}
	if s := attackHint(false); !strings.Contains(s, "heron lab attack NAME") {
		t.Errorf("in namespaces: %q", s)
	}
}
