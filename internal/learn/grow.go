package learn

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Options say how a forest grows. The zero value is not one; see Default.
type Options struct {
	Rounds  int     // of one tree a class
	Depth   int     // questions from a root to a leaf
	Rate    float64 // how much of what a tree says is taken
	Columns float64 // share of the columns that the trees of a round may ask about
	Rows    float64 // share of the rows that a round learns from
	Ridge   float64 // what values are drawn to 0 by
	Least   float64 // curvature that a leaf must have at least
	Seed    uint64
	// Patience ends the growing when the loss on the rows held out did not fall for
	// so many rounds, and takes the rounds after the best back; 0 grows them all.
	Patience int
}

// Default are options that do well on a few thousand rows.
func Default() Options {
	return Options{Rounds: 60, Depth: 4, Rate: 0.2, Columns: 0.3, Rows: 0.8, Ridge: 1, Least: 0.3, Seed: 1}
}

// Grow learns a forest from rows. Those held out are not learned from, but say
// when to stop.
func Grow(rows, heldOut []Row, columns, classes int, o Options) (*Forest, error) {
	t, err := newTable(rows, columns, classes)
	if err != nil {
		return nil, err
	}
	g := &grower{
		table: t, options: o, random: rand.New(rand.NewPCG(o.Seed, uint64(len(rows)))),
		forest: &Forest{columns: columns, classes: classes, base: priors(rows, classes)},
		slope:  make([]float64, len(rows)), bend: make([]float64, len(rows)),
		asked: make([]bool, columns), heard: make([][]uint32, len(rows)), histogram: make([]sums, t.slots),
	}
	g.scores = g.begin(rows)
	held := g.begin(heldOut)
	best, bestLoss := 0, math.Inf(1)
	for round := range o.Rounds {
		g.round()
		if o.Patience == 0 {
			continue
		}
		if loss := g.follow(heldOut, held); loss < bestLoss {
			best, bestLoss = round+1, loss
		} else if round+1-best >= o.Patience {
			break
		}
	}
	g.forest.rounds = len(g.forest.trees) / classes
	if o.Patience > 0 {
		g.forest.cut(best)
	}
	g.forest.prune()
	return g.forest, nil
}

// cut takes the trees after some rounds away.
func (f *Forest) cut(rounds int) {
	f.rounds = rounds
	if keep := rounds * f.classes; keep < len(f.trees) {
		f.nodes = slices.Clip(f.nodes[:f.trees[keep].root])
		f.trees = slices.Clip(f.trees[:keep])
	}
}

// prune takes away the trees that ask nothing, as what they say holds for all
// rows, and puts the others in order.
func (f *Forest) prune() {
	f.trees = slices.DeleteFunc(f.trees, func(t tree) bool {
		n := &f.nodes[t.root]
		if n.next != 0 {
			return false
		}
		f.base[t.class] += n.value
		return true
	})
	f.order()
}

// Rounds is how many rounds were grown.
func (f *Forest) Rounds() int { return f.rounds }

// priors are the logarithms of the shares of the classes.
func priors(rows []Row, classes int) []float32 {
	sums := make([]float64, classes)
	total := 0.0
	for _, r := range rows {
		sums[r.Class] += r.Weight
		total += r.Weight
	}
	out := make([]float32, classes)
	for c, s := range sums {
		out[c] = float32(math.Log((s + total*1e-4) / total))
	}
	return out
}

// grower grows one forest.
type grower struct {
	*table
	options     Options
	random      *rand.Rand
	forest      *Forest
	scores      [][]float64 // of each row, each class
	slope, bend []float64   // of the loss of each row, by the score of the class at hand
	asked       []bool      // whether the trees of the round may ask about a column
	heard       [][]uint32  // of each row, the slots of the values of those that are not in the lowest bin
	histogram   []sums      // of each bin of each column
}

func (g *grower) begin(rows []Row) [][]float64 {
	out := make([][]float64, len(rows))
	for i := range rows {
		out[i] = make([]float64, g.classes)
		for c, b := range g.forest.base {
			out[i][c] = float64(b)
		}
	}
	return out
}

// round grows one tree a class on a part of the rows.
func (g *grower) round() {
	chances := make([][]float64, len(g.rows))
	for i, s := range g.scores {
		chances[i] = slices.Clone(s)
		Softmax(chances[i], 1)
	}
	learned := g.sample()
	g.ask()
	first := len(g.forest.trees)
	for class := range g.classes {
		for i, r := range g.rows {
			p, truth := chances[i][class], 0.0
			if r.Class == class {
				truth = 1
			}
			g.slope[i], g.bend[i] = r.Weight*(p-truth), r.Weight*max(2*p*(1-p), 1e-12)
		}
		g.tree(learned, class)
	}
	for i := range g.rows {
		for class := range g.classes {
			g.scores[i][class] += float64(g.forest.leaf(g.forest.trees[first+class].root, g.rows[i].Values).value)
		}
	}
}

// follow brings the scores of rows held out up to the last round and returns
// their mean loss.
func (g *grower) follow(rows []Row, scores [][]float64) float64 {
	loss, weight := 0.0, 1e-12
	first := len(g.forest.trees) - g.classes
	for i := range rows {
		for class := range g.classes {
			scores[i][class] += float64(g.forest.leaf(g.forest.trees[first+class].root, rows[i].Values).value)
		}
		p := slices.Clone(scores[i])
		Softmax(p, 1)
		loss -= rows[i].Weight * math.Log(max(p[rows[i].Class], 1e-12))
		weight += rows[i].Weight
	}
	return loss / weight
}

// sample chooses the rows of a round.
func (g *grower) sample() []int32 {
	out := make([]int32, 0, len(g.rows))
	for i := range g.rows {
		if g.random.Float64() < g.options.Rows {
			out = append(out, int32(i))
		}
	}
	return out
}

// ask chooses the columns of a round.
func (g *grower) ask() {
	for c := range g.cuts {
		g.asked[c] = len(g.cuts[c]) > 0 && g.random.Float64() < g.options.Columns
	}
	for i, raised := range g.raised {
		g.heard[i] = g.heard[i][:0]
		for _, e := range raised {
			if g.asked[e.column] {
				g.heard[i] = append(g.heard[i], e.slot)
			}
		}
	}
}

// tree grows a tree on rows, for a class, whose slopes are set.
func (g *grower) tree(rows []int32, class int) {
	root := uint32(len(g.forest.nodes))
	g.forest.trees = append(g.forest.trees, tree{root, uint16(class)})
	g.forest.nodes = append(g.forest.nodes, node{})
	g.split(root, slices.Clone(rows), g.options.Depth)
}

// total sums the slopes and bends of rows.
func (g *grower) total(rows []int32) (s sums) {
	for _, i := range rows {
		s.slope += g.slope[i]
		s.bend += g.bend[i]
	}
	return s
}

// split makes a node of rows, and its branches while it pays.
func (g *grower) split(at uint32, rows []int32, depth int) {
	all := g.total(rows)
	g.forest.nodes[at].value = float32(-g.options.Rate * all.slope / (all.bend + g.options.Ridge))
	if depth == 0 || all.bend < 2*g.options.Least {
		return
	}
	q := g.question(rows, all)
	if q.gain <= 1e-6 {
		return
	}
	bins, left := g.bins[q.column], 0
	for i, r := range rows { // those that go left to the front
		if bins[r] <= q.bin {
			rows[left], rows[i] = rows[i], rows[left]
			left++
		}
	}
	next := uint32(len(g.forest.nodes))
	g.forest.nodes = append(g.forest.nodes, node{}, node{})
	n := &g.forest.nodes[at]
	n.next, n.column, n.cut = next, uint16(q.column), g.cuts[q.column][q.bin]
	g.split(next, rows[:left], depth-1)
	g.split(next+1, rows[left:], depth-1)
}

// sums are of the slopes and bends of some rows.
type sums struct{ slope, bend float64 }

// worth is how much the loss falls when these rows get a value of their own.
func (s sums) worth(ridge float64) float64 { return s.slope * s.slope / (s.bend + ridge) }

// question is a way to part rows.
type question struct {
	column int
	bin    uint8
	gain   float64
}

// question finds the best way to part rows.
func (g *grower) question(rows []int32, all sums) (best question) {
	g.count(rows)
	whole := all.worth(g.options.Ridge)
	for c, asked := range g.asked {
		if !asked {
			continue
		}
		first, right := int(g.first[c]), sums{}
		for b := len(g.cuts[c]); b > 0; b-- { // what is above cut b-1 goes right
			right.slope += g.histogram[first+b].slope
			right.bend += g.histogram[first+b].bend
			left := sums{all.slope - right.slope, all.bend - right.bend}
			if left.bend < g.options.Least || right.bend < g.options.Least {
				continue
			}
			if gain := left.worth(g.options.Ridge) + right.worth(g.options.Ridge) - whole; gain > best.gain {
				best = question{c, uint8(b - 1), gain}
			}
		}
	}
	return best
}

// count fills the histograms of the columns that are asked for.
func (g *grower) count(rows []int32) {
	for c, asked := range g.asked {
		if asked {
			first := int(g.first[c])
			clear(g.histogram[first : first+len(g.cuts[c])+1])
		}
	}
	for _, i := range rows {
		slope, bend := g.slope[i], g.bend[i]
		for _, slot := range g.heard[i] {
			b := &g.histogram[slot]
			b.slope += slope
			b.bend += bend
		}
	}
}
