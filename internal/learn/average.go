package learn

// Average is a forest that says what several say in the mean: of one table, grown
// with different seeds.
func Average(forests []*Forest) *Forest {
	first := forests[0]
	part := 1 / float32(len(forests))
	out := &Forest{columns: first.columns, classes: first.classes, rounds: first.rounds, base: make([]float32, first.classes)}
	for _, f := range forests {
		for c, b := range f.base {
			out.base[c] += b * part
		}
		behind := uint32(len(out.nodes))
		for _, t := range f.trees {
			out.trees = append(out.trees, tree{t.root + behind, t.class})
		}
		for _, n := range f.nodes {
			if n.value *= part; n.next != 0 {
				n.next += behind
			}
			out.nodes = append(out.nodes, n)
		}
	}
	out.order()
	return out
}
