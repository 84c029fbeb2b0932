package guess

import (
	"math"
	"sync"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/learn"
)

// Model is what was learned of the kinds of device. It is safe for concurrent use.
type Model struct {
	types      []string
	words      vocabulary
	narrow     [numbers]float32 // what makes 1 of how far apart values of a number usually are
	forest     *learn.Forest
	space      *learn.Discriminants
	prototypes []prototype
	habits     []habit // of the product and view of each prototype
	surprises  surprises
	trust      *trust
	threshold  float64 // below it, the model says nothing
	sights     sync.Pool
}

// prototype is where the captures of one product in one view lie: their middle.
type prototype struct {
	class uint16
	lone  bool             // it is of a device that nobody labelled, and few captures: nothing is said for likeness to it
	place [maxAxes]float32 // in the space; 0 beyond its axes
}

// placeScale is into how many parts the length of 1 is cut where a place is kept.
const placeScale = 256

// coarse is a length as it is kept.
func coarse(v float32) float32 {
	return float32(math.Round(float64(max(-127, min(127, v)))*placeScale)) / placeScale
}

// The numbers that trust in an answer is worked out from.
const (
	trustOdds   = iota // log-odds of the best type, among those that are known
	trustLead          // by how much it is before the second
	trustNear          // how far the device is from the nearest prototype of the type, as a power of two
	trustOther         // the same, against the nearest prototype of another type
	trustNew           // share of the words that were never seen
	trustTold          // how many words are known and numbers are not 0, as a power of two
	trustMisfit        // how much of what it says speaks against that nearest product, as a power of two
	trustFirst         // 1 where that product is the nearest of all, else 0
	trusts
)

// sight is a device as the model sees it. It is room that is used again.
type sight struct {
	values  []float32        // the numbers, then a 1 for each word that it has
	scaled  []float32        // the same, with the numbers as far apart as words
	place   [maxAxes]float32 // in the space
	said    set              // words in the vocabulary
	known   int              // how many these are
	news    int              // words that are not
	apart   []float64        // how far the nearest product of each type is
	nearest []uint16         // its prototype
	near    []int            // types with a product near by
	scores  []float64        // of these
	shares  []float64        // of each column
	reasons []reason         // room for those of an answer
	trust   [trusts]float64
}

func (m *Model) newSight() *sight {
	return &sight{
		values: make([]float32, m.columns()), scaled: make([]float32, m.columns()), said: newSet(len(m.words.list)),
		apart: make([]float64, len(m.types)), nearest: make([]uint16, len(m.types)), near: make([]int, 0, len(m.types)), scores: make([]float64, 0, len(m.types)), shares: make([]float64, m.columns()),
	}
}

func (m *Model) columns() int { return numbers + len(m.words.list) }

// see fills s with what is known of a device.
func (m *Model) see(s *sight, obs []heron.Observation, b *heron.Baseline) {
	clear(s.values)
	clear(s.said)
	s.known, s.news = 0, 0
	numbersOf(b, s.values[:numbers])
	for i := range obs {
		words(&obs[i], func(w word) {
			at, known := m.words.of[w]
			switch {
			case !known:
				if w.part == 0 && !isSaid(obs[:i], &obs[i]) {
					s.news++
				}
			case s.values[numbers+int(at)] == 0:
				s.values[numbers+int(at)] = 1
				s.said.add(int(at))
				s.known++
			}
		})
	}
}

// isSaid reports whether an observation says again what is in a list.
func isSaid(list []heron.Observation, o *heron.Observation) bool {
	for i := range list {
		if list[i].Key == o.Key && list[i].Value == o.Value {
			return true
		}
	}
	return false
}

// judge finds the best type and how likely it is right, given all that is not
// known: that the device may be of a kind that was never seen.
func (m *Model) judge(s *sight) (best int, confidence float64) {
	near := m.visit(s)
	if logDistance(near) > m.trust.reach {
		return 0, 0 // a stranger
	}
	best = m.choose(s, near)
	if !m.mayBe(s, best) {
		return best, 0
	}
	return best, m.trust.probability(&s.trust)
}

// mayBe reports whether a device may be said to be of a type: of one that models tell,
// and not for its likeness to what was hardly seen and named by signatures, which is
// as like many a program as the device it ran on.
func (m *Model) mayBe(s *sight, class int) bool {
	return fits(m.types[class]) && !m.prototypes[s.nearest[class]].lone
}

// choose finds the best type, and the numbers that trust in it rests on: of the
// types with products near the device, the one that the trees are for.
func (m *Model) choose(s *sight, near float64) (best int) {
	s.near, s.scores = s.near[:0], s.scores[:0]
	for c, d := range s.apart {
		if d <= max(neighbourhood, near) {
			s.near = append(s.near, c)
			s.scores = append(s.scores, m.forest.Score(s.values, c))
		}
	}
	learn.Softmax(s.scores, 1)
	at, second := 0, 0.0
	for i, p := range s.scores {
		if p > s.scores[at] {
			at = i
		}
	}
	for i, p := range s.scores {
		if i != at {
			second = max(second, p)
		}
	}
	best = s.near[at]
	m.weigh(s, best, s.scores[at], second)
	return best
}

// weigh finds the numbers that trust rests on.
func (m *Model) weigh(s *sight, best int, first, second float64) {
	p := min(max(first, 1e-6), 1-1e-6)
	s.trust[trustOdds] = min(6, max(-6, math.Log(p/(1-p))))
	s.trust[trustLead] = first - second
	other := math.Inf(1)
	for c, d := range s.apart {
		if c != best {
			other = min(other, d)
		}
	}
	s.trust[trustNear] = logDistance(s.apart[best])
	s.trust[trustOther] = math.Log2((s.apart[best] + nearly) / (other + nearly))
	s.trust[trustNew] = float64(s.news) / float64(max(1, s.news+s.known))
	told := s.known
	for _, v := range s.values[:numbers] {
		if v != 0 {
			told++
		}
	}
	s.trust[trustTold] = math.Log2(1 + float64(told))
	s.trust[trustFirst] = 0
	if s.apart[best] <= other {
		s.trust[trustFirst] = 1
	}
	s.trust[trustMisfit] = math.Log2(1 + m.misfit(s.said, &m.habits[s.nearest[best]]))
}

// Distances in the space: the mean, over the axes, of how many times as far apart
// as captures of one product are.
const (
	maxAxes       = 64
	neighbourhood = 2.0 // within which products are candidates
	far           = 4.0 // what is farther is as far
	nearly        = 0.1 // what is as good as none
	stride        = 8   // axes that are compared before it is asked whether that is enough
)

func logDistance(d float64) float64 { return math.Log2(d + nearly) }

// visit finds how far a device is from the nearest product of each type, and of all,
// up to what is far.
func (m *Model) visit(s *sight) (near float64) {
	m.scale(s)
	place := s.place[:m.space.Size()]
	m.space.Place(s.scaled, place)
	clear(s.nearest)
	for c := range s.apart {
		s.apart[c] = far * far * float64(len(place))
	}
	for i := range m.prototypes {
		p := &m.prototypes[i]
		nearest := &s.apart[p.class]
		if d := float64(square(&s.place, &p.place, float32(*nearest))); d < *nearest {
			*nearest, s.nearest[p.class] = d, uint16(i)
		}
	}
	near = far
	for c, d := range s.apart {
		s.apart[c] = math.Sqrt(d / float64(len(place)))
		near = min(near, s.apart[c])
	}
	return near
}

// square is the square of the distance of two places, or something beyond a limit if that is.
func square(a, b *[maxAxes]float32, limit float32) float32 {
	sum := float32(0)
	for i := 0; i < maxAxes; i += stride {
		x, y := (*[stride]float32)(a[i:]), (*[stride]float32)(b[i:])
		d0, d1, d2, d3 := x[0]-y[0], x[1]-y[1], x[2]-y[2], x[3]-y[3]
		d4, d5, d6, d7 := x[4]-y[4], x[5]-y[5], x[6]-y[6], x[7]-y[7]
		sum += (d0*d0 + d1*d1) + (d2*d2 + d3*d3) + (d4*d4 + d5*d5) + (d6*d6 + d7*d7)
		if sum >= limit {
			return sum
		}
	}
	return sum
}

// scale makes numbers as far apart as words are.
func (m *Model) scale(s *sight) {
	copy(s.scaled[numbers:], s.values[numbers:])
	for c, n := range m.narrow {
		s.scaled[c] = min(s.values[c]*n, mostScaled)
	}
}

// mostScaled bounds a number where places are told.
const mostScaled = 20
