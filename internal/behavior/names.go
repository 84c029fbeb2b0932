package behavior

import (
	"encoding/binary"
	"hash/maphash"
	"math/bits"
	"net/netip"
	"strings"

	"github.com/heron-iot/heron"
)

// seed is for hashes that stand for flows and addresses. Nothing that comes out
// depends on it.
var seed = maphash.MakeSeed()

// names are what DNS says that addresses are called.
type names struct {
	of    generations[uint32] // by the hash of the address: the number of its name
	some  hashes              // of the addresses that have, or had, a name
	words *words
	made  int // how many of the words are names that DNS told
	salt  [2]uint64
	// learned counts, from 1, how often an address came to be called something else.
	learned uint32
	lessons [256]lesson
}

// lesson is an answer as it was read: the same comes again and again.
type lesson struct {
	name, answers string
	word          uint32   // number of the name, 0 where there is no room for it
	addresses     []uint64 // their hashes
}

// maxLesson bounds the text that is kept of one.
const maxLesson = 512

func newNames(w *words) names {
	return names{
		of: generations[uint32]{limit: 1 << 16}, words: w, learned: 1,
		salt: [2]uint64{maphash.String(seed, "upper"), maphash.String(seed, "lower")},
	}
}

// answer learns from a DNS answer.
func (n *names) answer(e *heron.Event) {
	name, answers := e.Attrs["name"], e.Attrs["answers"]
	if name == "" || answers == "" {
		return
	}
	l := &n.lessons[maphash.String(seed, name)%uint64(len(n.lessons))]
	if l.name != name || l.answers != answers {
		*l = n.read(name, answers)
	}
	for _, hash := range l.addresses {
		if word, _ := n.of.at(hash); *word == 0 || *word != l.word {
			*word = l.word
			n.some.add(hash)
			n.learned++
		}
	}
	if len(answers) > maxLesson {
		*l = lesson{}
	}
}

// read makes a lesson of a name for the addresses in a list.
func (n *names) read(name, answers string) lesson {
	l := lesson{name: name, answers: answers}
	for answer := range strings.FieldsSeq(answers) {
		if !mayBeAddress(answer) {
			continue
		}
		if ip, err := netip.ParseAddr(answer); err == nil {
			l.addresses = append(l.addresses, n.hash(ip))
		}
	}
	if len(l.addresses) > 0 {
		l.word = n.number(name)
	}
	return l
}

// maxNames is how many names become words: whoever makes names up must leave the
// ids of devices room among them, and the memory of the machine.
const maxNames = 1 << 20

// number returns the number of a name, 0 when there have been too many.
func (n *names) number(name string) uint32 {
	if !n.words.has(name) {
		if n.made >= maxNames {
			return 0
		}
		n.made++
	}
	return n.words.number(name)
}

// mayBeAddress tells most names, which the list holds too, from addresses.
func mayBeAddress(s string) bool {
	return s[0] >= '0' && s[0] <= '9' || strings.Contains(s, ":")
}

// called returns the number of the name of an address, 0 when it has none, as
// most.
func (n *names) called(ip netip.Addr) uint32 {
	hash := n.hash(ip)
	if !n.some.has(hash) {
		return 0
	}
	if word := n.of.find(hash); word != nil {
		return *word
	}
	return 0
}

// hashes is a set of hashes that has some too many.
type hashes [1 << 9]uint64

func (h *hashes) add(hash uint64) { h[hash>>6%uint64(len(h))] |= 1 << (hash % 64) }

func (h *hashes) has(hash uint64) bool { return h[hash>>6%uint64(len(h))]>>(hash%64)&1 != 0 }

// hash stands for an address.
func (n *names) hash(ip netip.Addr) uint64 {
	a := ip.As16()
	upper, lower := binary.BigEndian.Uint64(a[:8]), binary.BigEndian.Uint64(a[8:])
	if ip.Is4() {
		upper = 1 << 63 // ::ffff:192.0.2.1 is another
	} else if zone := ip.Zone(); zone != "" {
		upper ^= maphash.String(seed, zone)
	}
	h, l := bits.Mul64(upper^n.salt[0], lower^n.salt[1])
	return h ^ l
}
