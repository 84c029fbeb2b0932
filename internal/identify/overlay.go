package identify

import (
	"cmp"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// Over returns an Identifier with the embedded pack and, on top of it, that of a
// folder: a signature of the same id takes the place of the one below, and one
// that is disabled switches it off. A pack with an example that does not come
// out, or of which Lint complains, is refused.
func Over(fsys fs.FS) (*Identifier, error) {
	files, err := readGood(fsys)
	if err != nil {
		return nil, err
	}
	id, faults, err := OverFiles(files)
	return id, cmp.Or(err, faults.err())
}

// OverFiles is Over for files that were read before. There is no Identifier when one
// of them has a fault.
func OverFiles(files Files) (*Identifier, Faults, error) {
	above, faults, err := load(files)
	if err != nil || len(faults) > 0 {
		return nil, faults, err
	}
	below, err := unpack()
	if err != nil {
		return nil, nil, err
	}
	if faults = above.faults(below, files); len(faults) > 0 {
		return nil, faults, nil
	}
	id, err := newOf(below.under(above))
	return id, nil, err
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

// faults returns what is wrong with a pack of files over another.
func (p *Pack) faults(below *Pack, files Files) Faults {
	out, lines := Faults{}, map[string]map[string]int{}
	add := func(file, id, fault string) {
		if lines[file] == nil {
			lines[file] = linesOf(files[file])
		}
		out.add(file, fmt.Sprintf("line %d: %s: %s", lines[file][id], id, fault))
	}
	for _, f := range Test(p) {
		add(f.File, f.Signature, fmt.Sprintf("example %s %s", f.Example, f.Problem))
	}
	for _, l := range Lint(p) {
		add(l.File, l.Signature, l.Message)
	}
	for i := range p.disabled {
		if s := &p.disabled[i]; !below.has(s.ID) {
			add(s.File, s.ID, "is disabled, but there is none of that id")
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
