package identify

import (
	"regexp/syntax"
	"slices"
	"strings"
)

// maxAlternatives bounds the literals that one expression is looked up by.
const maxAlternatives = 64

// literals returns texts one of which every match of the expression contains,
// in lower case: the index looks for those and runs the expression only where
// it finds one. It returns nil when there is no such set of useful size.
func literals(e *syntax.Regexp) []string {
	s := inspect(e)
	return better(better(s.within, s.exact), s.starts)
}

// shape is what is known of the matches of an expression.
type shape struct {
	exact  []string // all of them, when they are few; nil otherwise
	starts []string // each match begins with one of these; nil when not known
	within []string // each match contains one of these; nil when none are known
}

func inspect(e *syntax.Regexp) shape {
	switch e.Op {
	case syntax.OpLiteral:
		return exactly([]string{strings.ToLower(string(e.Rune))})
	case syntax.OpEmptyMatch, syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText,
		syntax.OpEndText, syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return exactly([]string{""})
	case syntax.OpCharClass:
		return exactly(classRunes(e.Rune))
	case syntax.OpCapture:
		return inspect(e.Sub[0])
	case syntax.OpPlus:
		return repeated(e.Sub[0])
	case syntax.OpRepeat:
		if e.Min > 0 {
			return repeated(e.Sub[0])
		}
	case syntax.OpConcat:
		return inspectConcat(e.Sub)
	case syntax.OpAlternate:
		return inspectAlternate(e.Sub)
	}
	return shape{}
}

func exactly(set []string) shape { return shape{exact: set, starts: set} }

// repeated is the shape of one or more of e.
func repeated(e *syntax.Regexp) shape {
	s := inspect(e)
	return shape{starts: s.starts, within: better(s.within, s.exact)}
}

// inspectConcat strings together what stands side by side as far as it is
// exact, and keeps the best run.
func inspectConcat(subs []*syntax.Regexp) shape {
	var out shape
	run, whole := []string{""}, true
	for _, sub := range subs {
		s := inspect(sub)
		if joined := cross(run, s.exact); joined != nil {
			run = joined
			continue
		}
		if led := cross(run, s.starts); led != nil && shortest(run) < gram {
			run = led
		}
		if whole {
			out.starts = run
		}
		out.within = better(better(out.within, run), better(s.within, s.exact))
		run, whole = []string{""}, false
	}
	if whole {
		return exactly(run)
	}
	out.within = better(out.within, run)
	return out
}

func inspectAlternate(subs []*syntax.Regexp) shape {
	all := exactly([]string{})
	all.within = []string{}
	for _, sub := range subs {
		s := inspect(sub)
		all.exact = union(all.exact, s.exact)
		all.starts = union(all.starts, s.starts)
		all.within = union(all.within, better(better(s.within, s.exact), s.starts))
	}
	return all
}

// union returns the members of both, nil when either is not known.
func union(a, b []string) []string {
	if a == nil || b == nil {
		return nil
	}
	return slices.Concat(a, b)
}

// cross returns each of a followed by each of b, nil when that is not possible
// or too much.
func cross(a, b []string) []string {
	if len(b) == 0 || len(a)*len(b) > maxAlternatives {
		return nil
	}
	out := make([]string, 0, len(a)*len(b))
	for _, x := range a {
		for _, y := range b {
			out = append(out, x+y)
		}
	}
	return out
}

// classRunes returns the members of a small character class.
func classRunes(ranges []rune) []string {
	var out []string
	for i := 0; i+1 < len(ranges); i += 2 {
		if int(ranges[i+1]-ranges[i])+len(out) >= maxAlternatives {
			return nil
		}
		for r := ranges[i]; r <= ranges[i+1]; r++ {
			out = append(out, strings.ToLower(string(r)))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// better returns the set whose shortest text is longer, nil when neither is
// long enough to be looked up.
func better(a, b []string) []string {
	x, y := shortest(a), shortest(b)
	switch {
	case max(x, y) < gram:
		return nil
	case x >= y:
		return a
	}
	return b
}

func shortest(set []string) int {
	if len(set) == 0 || len(set) > maxAlternatives {
		return 0
	}
	n := len(set[0])
	for _, s := range set {
		n = min(n, len(s))
	}
	return n
}
