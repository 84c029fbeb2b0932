package guess

import (
	"slices"
	"strconv"
	"strings"

	"github.com/heron-iot/heron"
)

// A word is one thing that an observation says: its value, or a part of it.
type word struct {
	key   string
	part  uint8 // 0 for the whole, else which part
	value string
}

// How the values of a key are read.
type reading uint8

const (
	whole  reading = iota + 1
	listed         // each item of a list with commas
	stack          // a TCP stack: the whole and each part between colons
	ja4            // a JA4: the whole and each part between underscores
	length         // a length in steps: it and, twice, two steps that it is one of
)

// readings are the keys that are evidence here. None tells a name or a product:
// these are for signatures.
var readings = map[string]reading{
	heron.KeyTCPSyn: stack, heron.KeyTCPSynAck: stack, heron.KeyTTL: whole,
	"tls.record": length, "tls.ja4": ja4, "tls.ja3": whole, "tls.ja3s": whole, "tls.alpn": whole, "tls.client_version": whole, "tls.version": whole, "tls.cipher": whole,
	"tls.cert.key": whole, "tls.cert.signature": whole, "tls.cert.self_signed": whole,
	"quic.version": whole, "ssh.hassh": whole, "ssh.hassh_server": whole, "ssh.host_key_algorithms": whole,
	heron.KeyService: whole, heron.KeyServiceProtocol: whole, heron.KeyClientProtocol: whole, heron.KeyClientPort: whole,
	heron.KeyOutbound: whole, heron.KeyInbound: whole,
	"eapol.key": whole, "eapol.version": whole, "eapol.role": whole,
	"igmp.version": whole, "igmp.group": whole, "igmp.querier": whole, "mld.version": whole, "mld.group": whole,
	"icmp.echo": whole, "icmp.answers": whole, "ntp.version": whole, "ntp.stratum": whole, "stun.software": whole,
	"dhcp.params": whole, "dhcp.options": whole, "dhcp.max_size": whole, "dhcpv6.options": whole, "dhcpv6.params": whole,
	"cdp.capabilities": listed, "lldp.capabilities": listed,
}

// Reads reports whether observations with a key are evidence here.
func Reads(key string) bool { return readings[key] != 0 }

// maxParts bounds the parts of one value.
const maxParts = 12

// words calls yield with each word of an observation.
func words(o *heron.Observation, yield func(word)) {
	how := readings[o.Key]
	if how == 0 || o.Value == "" {
		return
	}
	separator := ","
	switch how {
	case stack:
		separator = ":"
	case ja4:
		separator = "_"
	}
	if how != listed {
		yield(word{o.Key, 0, o.Value})
	}
	switch how {
	case whole:
		return
	case length:
		lengths(o, yield)
		return
	}
	rest := o.Value
	for part := uint8(1); part <= maxParts && rest != ""; part++ {
		var item string
		item, rest, _ = strings.Cut(rest, separator)
		if item == "" {
			continue
		}
		if how == listed {
			yield(word{o.Key, 1, item})
			continue
		}
		yield(word{o.Key, part, item})
	}
}

// step and steps are how coarsely lengths are told, and how many words there are for that.
const (
	step  = 16
	steps = 64
)

var stepNames = func() (names [steps + 1]string) {
	for i := range names {
		names[i] = strconv.Itoa(i * step)
	}
	return names
}()

// lengths calls yield with the pairs of steps that a length is one of: what it is
// about does not change where the length does by less than a step.
func lengths(o *heron.Observation, yield func(word)) {
	n, err := strconv.Atoi(o.Value)
	if n /= step; err != nil || n < 0 || n >= steps {
		return
	}
	yield(word{o.Key, 1, stepNames[n&^1]})
	yield(word{o.Key, 2, stepNames[(n+1)&^1]})
}

// partNames are what the parts of a value are called.
var partNames = map[reading][]string{
	length: {"about", "about"},
	stack:  {"hop limit", "window", "scale", "segment size", "options", "quirks"},
	ja4:    {"hello", "ciphers", "extensions"},
}

// shown is a word as a reason.
func (w *word) shown() string {
	names := partNames[readings[w.key]]
	if i := int(w.part) - 1; i >= 0 && i < len(names) {
		return names[i] + " " + short(w.value)
	}
	return short(w.value)
}

// vocabulary gives words their columns.
type vocabulary struct {
	list []word
	of   map[word]uint16 // index in list
}

func newVocabulary(list []word) vocabulary {
	v := vocabulary{list: list, of: make(map[word]uint16, len(list))}
	for i, w := range list {
		v.of[w] = uint16(i)
	}
	return v
}

// maxWords bounds a vocabulary.
const maxWords = 2048

// learnWords makes a vocabulary of the words that at least so many captures have,
// those of most captures first.
func learnWords(examples []*Example, least int) vocabulary {
	captures := map[word]map[string]bool{}
	for _, e := range examples {
		for i := range e.Observations {
			words(&e.Observations[i], func(w word) {
				if captures[w] == nil {
					captures[w] = map[string]bool{}
				}
				captures[w][e.part()+"\x00"+e.Product] = true
			})
		}
	}
	var list []word
	for w, in := range captures {
		if len(in) >= least {
			list = append(list, word{w.key, w.part, strings.Clone(w.value)})
		}
	}
	slices.SortFunc(list, func(a, b word) int {
		if x, y := len(captures[a]), len(captures[b]); x != y {
			return y - x
		}
		return compareWords(a, b)
	})
	list = list[:min(len(list), maxWords)]
	slices.SortFunc(list, compareWords)
	return newVocabulary(list)
}

func compareWords(a, b word) int {
	if c := strings.Compare(a.key, b.key); c != 0 {
		return c
	}
	if a.part != b.part {
		return int(a.part) - int(b.part)
	}
	return strings.Compare(a.value, b.value)
}
