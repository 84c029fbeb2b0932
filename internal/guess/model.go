package guess

import (
	"math"
	"math/bits"
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
	prototypes [][]prototype // of each type
	trust      *trust
	threshold  float64 // below it, the model says nothing
	sights     sync.Pool
}

// prototype is what one product looked like once.
type prototype struct {
	words   []uint64 // a bit for each word
	count   int      // of the bits
	numbers [numbers]float32
	radius  float32 // how far from each other captures of the product are
}

// The numbers that trust in an answer is worked out from.
const (
	trustOdds    = iota // log-odds of the best type, among those that are known
	trustLead           // by how much it is before the second
	trustWords          // how far the words are from those of the nearest prototype of the type
	trustNumbers        // how far the numbers are
	trustRadius         // how far in all, by the radius of the prototype, as a power of two
	trustOther          // how far in all, against the nearest prototype of another type, as a power of two
	trustVotes          // share of the nearest prototypes that are of the type, the nearer the more
	trustNew            // share of the words that were never seen
	trustKnown          // how many words are known, as a power of two
	trusts
)

// sight is a device as the model sees it. It is room that is used again.
type sight struct {
	values []float32 // the numbers, then a 1 for each word that it has
	words  []uint64
	known  int       // words in the vocabulary
	news   int       // words that are not
	scores []float64 // of each type
	shares []float64 // of each column
	trust  [trusts]float64
}

func (m *Model) newSight() *sight {
	return &sight{
		values: make([]float32, m.columns()), words: make([]uint64, (len(m.words.list)+63)/64),
		scores: make([]float64, len(m.types)), shares: make([]float64, m.columns()),
	}
}

func (m *Model) columns() int { return numbers + len(m.words.list) }

// see fills s with what is known of a device.
func (m *Model) see(s *sight, obs []heron.Observation, b *heron.Baseline) {
	clear(s.values)
	clear(s.words)
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
			case s.words[at/64]>>(at%64)&1 == 0:
				s.words[at/64] |= 1 << (at % 64)
				s.values[numbers+int(at)] = 1
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
	best = m.look(s)
	return best, m.trust.probability(&s.trust)
}

// look finds the best type, and the numbers that trust in it rests on.
func (m *Model) look(s *sight) (best int) {
	m.forest.Scores(s.values, s.scores)
	learn.Softmax(s.scores, 1)
	for c, p := range s.scores {
		if p > s.scores[best] {
			best = c
		}
	}
	second := 0.0
	for c, p := range s.scores {
		if c != best {
			second = max(second, p)
		}
	}
	m.weigh(s, best, second)
	return best
}

// weigh finds the numbers that trust rests on.
func (m *Model) weigh(s *sight, best int, second float64) {
	p := min(max(s.scores[best], 1e-6), 1-1e-6)
	s.trust[trustOdds] = min(6, max(-6, math.Log(p/(1-p))))
	s.trust[trustLead] = s.scores[best] - second
	m.place(s, best)
	s.trust[trustNew] = float64(s.news) / float64(max(1, s.news+s.known))
	s.trust[trustKnown] = math.Log2(1 + float64(s.known))
}

// place finds how far a device is from the nearest prototype of a type, whether
// one of another type is as near, and of which types those around are.
func (m *Model) place(s *sight, class int) {
	near, other := 2.0, 2.0
	radius := float32(1)
	s.trust[trustWords], s.trust[trustNumbers] = 1, 1
	var around neighbours
	for c := range m.prototypes {
		for i := range m.prototypes[c] {
			p := &m.prototypes[c][i]
			w := s.byWords(p)
			limit := around.reach()
			if c == class {
				limit = max(limit, near)
			} else {
				limit = max(limit, other)
			}
			if w >= limit {
				continue // whatever its numbers are
			}
			n := m.byNumbers(s, p, limit-w)
			around.add(w+n, c == class)
			switch {
			case c != class:
				other = min(other, w+n)
			case w+n < near:
				near, radius = w+n, p.radius
				s.trust[trustWords], s.trust[trustNumbers] = w, n
			}
		}
	}
	s.trust[trustRadius] = math.Log2((near + nearly) / (float64(radius) + nearly))
	s.trust[trustOther] = math.Log2((near + nearly) / (other + nearly))
	s.trust[trustVotes] = around.share()
}

// neighbours are the nearest prototypes.
type neighbours struct {
	distance [8]float64
	same     [8]bool
	count    int
}

// add takes a prototype in if it is among the nearest.
func (n *neighbours) add(distance float64, same bool) {
	i := n.count
	for i > 0 && n.distance[i-1] > distance {
		i--
	}
	if i == len(n.distance) {
		return
	}
	n.count = min(n.count+1, len(n.distance))
	copy(n.distance[i+1:n.count], n.distance[i:])
	copy(n.same[i+1:n.count], n.same[i:])
	n.distance[i], n.same[i] = distance, same
}

// reach is how near a prototype must be to be among the nearest.
func (n *neighbours) reach() float64 {
	if n.count < len(n.distance) {
		return math.Inf(1)
	}
	return n.distance[n.count-1]
}

// share is how much of the neighbourhood is of the type.
func (n *neighbours) share() float64 {
	same, all := 0.0, 1e-9
	for i, d := range n.distance[:n.count] {
		w := 1 / (d + nearly)
		all += w
		if n.same[i] {
			same += w
		}
	}
	return same / all
}

// nearly is a distance that is none.
const nearly = 0.03

// distance tells how far apart a device and a prototype are: the share of the
// words of either that are not of both, and the mean difference of the numbers.
func (m *Model) distance(s *sight, p *prototype) (byWords, byNumbers float64) {
	return s.byWords(p), m.byNumbers(s, p, math.Inf(1))
}

// byWords is how far apart the words are.
func (s *sight) byWords(p *prototype) float64 {
	both := 0
	for i, w := range s.words {
		both += bits.OnesCount64(w & p.words[i])
	}
	either := s.known + s.news + p.count - both
	if either == 0 {
		return 0
	}
	return 1 - float64(both)/float64(either)
}

// byNumbers is how far apart the numbers are, or something beyond a limit if that is.
func (m *Model) byNumbers(s *sight, p *prototype, limit float64) float64 {
	sum, most := float32(0), float32(min(limit, 2)*numbers)
	values := (*[numbers]float32)(s.values)
	for i := 0; i < numbers; i += stride {
		for c := i; c < min(i+stride, numbers); c++ {
			d := (values[c] - p.numbers[c]) * m.narrow[c]
			if d < 0 {
				d = -d
			}
			if d > 1 {
				d = 1
			}
			sum += d
		}
		if sum > most {
			return 2
		}
	}
	return float64(sum) / numbers
}

// stride is how many numbers are compared before it is asked whether that is enough.
const stride = 8
