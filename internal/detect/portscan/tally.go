package portscan

// tally counts failures by host or by port, and which has the most of them: to
// look for that anew would cost a flood of failures a search each.
type tally[K comparable] struct {
	of   map[K]int
	most int // the greatest count
	top  K   // which has it, zero where several have
}

// bump counts k, as long as there is room to.
func (t *tally[K]) bump(k K) {
	n := t.of[k] + 1
	if n == 1 && len(t.of) >= maxGroups {
		return
	}
	if t.of == nil {
		t.of = map[K]int{}
	}
	t.of[k] = n
	switch {
	case n > t.most:
		t.most, t.top = n, k
	case n == t.most:
		var none K
		t.top = none
	}
}
