package identify

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/heron-iot/heron"
)

// maxTold bounds how many faults of a pack are told at once.
const maxTold = 10

// Over returns an Identifier with the embedded pack and, on top of it, that of a
// folder: a signature of the same id takes the place of the one below, and one
// that is disabled switches it off. A pack with an example that does not come
// out, or of which Lint complains, is refused.
func Over(fsys fs.FS) (*Identifier, error) {
	below, err := unpack()
	if err != nil {
		return nil, err
	}
	p, err := overlaid(below, fsys)
	if err != nil {
		return nil, err
	}
	return newOf(p)
}

// EmbeddedOver is Embedded with the pack of a folder on top, as Over has it, but
// unchecked: for Test and Lint to look at.
func EmbeddedOver(fsys fs.FS) (*Pack, error) {
	below, err := Embedded()
	if err != nil {
		return nil, err
	}
	above, err := Load(fsys)
	if err != nil {
		return nil, err
	}
	p := below.under(above)
	p.program, err = compile(p)
	return p, err
}

// overlaid checks the pack of a folder and lays it over another.
func overlaid(below *Pack, fsys fs.FS) (*Pack, error) {
	above, err := Load(fsys)
	if err != nil {
		return nil, err
	}
	if faults := above.faults(below); len(faults) > 0 {
		more := ""
		if n := len(faults) - maxTold; n > 0 {
			more = fmt.Sprintf("\nand %d more", n)
		}
		return nil, heron.Errorf(heron.CodeInvalid, "%s%s", strings.Join(faults[:min(len(faults), maxTold)], "\n"), more)
	}
	return below.under(above), nil
}

// faults returns what is wrong with a pack over another, a line each.
func (p *Pack) faults(below *Pack) []string {
	var out []string
	for _, f := range Test(p) {
		out = append(out, fmt.Sprintf("%s: %s: example %s %s", f.File, f.Signature, f.Example, f.Problem))
	}
	for _, l := range Lint(p) {
		out = append(out, fmt.Sprintf("%s: %s: %s", l.File, l.Signature, l.Message))
	}
	for i := range p.disabled {
		if s := &p.disabled[i]; !below.has(s.ID) {
			out = append(out, fmt.Sprintf("%s: %s: is disabled, but there is none of that id", s.File, s.ID))
		}
	}
	return out
}

// has reports whether a pack has a signature of that id.
func (p *Pack) has(id string) bool {
	_, found := slices.BinarySearchFunc(p.signatures, id, func(s Signature, id string) int { return strings.Compare(s.ID, id) })
	return found
}

// under returns the pack with another on top, yet to be compiled.
func (p *Pack) under(above *Pack) *Pack {
	gone := make(map[string]bool, len(above.signatures)+len(above.disabled))
	for _, list := range [][]Signature{above.signatures, above.disabled} {
		for i := range list {
			gone[list[i].ID] = true
		}
	}
	out := &Pack{
		signatures: make([]Signature, 0, len(p.signatures)+len(above.signatures)),
		files:      slices.Concat(p.files, above.files),
	}
	for i := range p.signatures {
		if !gone[p.signatures[i].ID] {
			out.signatures = append(out.signatures, p.signatures[i])
		}
	}
	out.signatures = append(out.signatures, above.signatures...)
	slices.SortStableFunc(out.signatures, func(a, b Signature) int { return strings.Compare(a.ID, b.ID) })
	return out
}
