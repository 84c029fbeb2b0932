package identify

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Attribute is one of the five things that an identity says.
type Attribute string

// The attributes.
const (
	Vendor   Attribute = "vendor"
	Model    Attribute = "model"
	Type     Attribute = "type"
	OS       Attribute = "os"
	Firmware Attribute = "firmware"
)

// attributes in the order in which they are decided: the vendor first, for
// signatures may build on it.
var attributes = [...]Attribute{Vendor, Type, Model, OS, Firmware}

// Signature is one piece of identification knowledge: what to look for, and
// what it says of the device. docs/adding-a-signature.md explains each field.
type Signature struct {
	ID   string `yaml:"id"`
	Note string `yaml:"note,omitempty"` // why it holds, where it is not plain
	// Match lists conditions that must all hold; the first is the one that
	// speaks: its observation is shown as the evidence, and its key decides
	// which other evidence counts as the same source.
	Match []Condition `yaml:"match"`
	// Unless lists conditions none of which may hold.
	Unless []Condition `yaml:"unless,omitempty"`
	Yields Yields      `yaml:"yields"`
	// Examples are observations that it must match, Counterexamples such that
	// it must not.
	Examples        []Example `yaml:"examples,omitempty"`
	Counterexamples []Example `yaml:"counterexamples,omitempty"`
	// Last has it speak only of attributes for which nobody else has an answer.
	Last bool `yaml:"last,omitempty"`
	// Disabled switches off the signature of that id in the packs below; nothing
	// else is said then.
	Disabled bool `yaml:"disabled,omitempty"`
	// File is the file of the pack that holds it.
	File string `yaml:"-"`

	claims []claim // what Yields says, where that is packed
}

// Condition holds when an observation of one of the keys has a value that one
// of the operators accepts. Comparison ignores case.
type Condition struct {
	Key      list `yaml:"key"`
	Equals   list `yaml:"equals,omitempty"`
	Prefix   list `yaml:"prefix,omitempty"`
	Contains list `yaml:"contains,omitempty"`
	Word     list `yaml:"word,omitempty"`   // stands alone: see literal.stands
	Domain   list `yaml:"domain,omitempty"` // the name itself or one below it
	Regexp   list `yaml:"regexp,omitempty"` // RE2; named groups are captures
	Exists   bool `yaml:"exists,omitempty"` // any value at all

	needs []list // what need says of each Regexp, where that is packed
}

// Yields are the claims of a signature by attribute.
type Yields map[Attribute]yieldList

// Yield is one claim. Value may hold captures as ${name}; Weight is log-odds:
// see docs/identification.md for what the numbers mean.
type Yield struct {
	Value  string
	Weight float64
}

// Example is a set of observations by key. Keys that begin with "want." are not
// observations but what the signature must yield: want.model.
type Example map[string]list

// list is a YAML value that may be one string or several.
type list []string

// UnmarshalYAML implements yaml.Unmarshaler.
func (l *list) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind != yaml.SequenceNode {
		one, err := scalar(n)
		*l = list{one}
		return err
	}
	out := make(list, len(n.Content))
	for i, c := range n.Content {
		var err error
		if out[i], err = scalar(c); err != nil {
			return err
		}
	}
	*l = out
	return nil
}

// scalar reads a string.
func scalar(n *yaml.Node) (string, error) {
	if n.Kind == yaml.ScalarNode && n.ShortTag() == "!!str" {
		return n.Value, nil // as Decode does, without its detours
	}
	var s string
	err := n.Decode(&s)
	return s, err
}

// yieldList is written [value, weight], or as a sequence of such pairs.
type yieldList []Yield

// UnmarshalYAML implements yaml.Unmarshaler.
func (y *yieldList) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind != yaml.SequenceNode || len(n.Content) == 0 {
		return fmt.Errorf("line %d: want [value, weight] or a list of such pairs", n.Line)
	}
	pairs := n.Content
	if n.Content[0].Kind == yaml.ScalarNode {
		pairs = []*yaml.Node{n}
	}
	for _, p := range pairs {
		var one Yield
		if p.Kind != yaml.SequenceNode || len(p.Content) != 2 {
			return fmt.Errorf("line %d: want [value, weight]", p.Line)
		}
		var err error
		if one.Value, err = scalar(p.Content[0]); err != nil {
			return err
		}
		if err := p.Content[1].Decode(&one.Weight); err != nil {
			return err
		}
		*y = append(*y, one)
	}
	return nil
}

// Pack is a set of signatures, ascending by id.
type Pack struct {
	signatures []Signature
	disabled   []Signature // of packs below
	files      []PackFile
	program    *program
}

// PackFile tells of one file of a pack. A file may begin with a header, an item
// of its own: {pack: name, version: text, licence: text}.
type PackFile struct {
	File       string `json:"file"`
	Name       string `json:"name,omitempty"`
	Version    string `json:"version,omitempty"`
	Licence    string `json:"licence,omitempty"`
	Signatures int    `json:"signatures"`
	Disabled   int    `json:"disabled,omitempty"` // signatures that it switches off
}

// item is what a file lists: a header or a signature.
type item struct {
	Pack      string `yaml:"pack"`
	Version   string `yaml:"version"`
	Licence   string `yaml:"licence"`
	Signature `yaml:",inline"`
}

// Packed returns the signatures in the form that the program starts from.
func (p *Pack) Packed() string { return p.program.packed }

// Signatures returns all signatures, ascending by id. They are the caller's to keep,
// not to change.
func (p *Pack) Signatures() []Signature { return slices.Clone(p.signatures) }

// Load reads all *.yaml files of fsys, which each hold a list of signatures.
// Unknown fields, unknown attributes and conditions that cannot be compiled are
// errors; Lint finds what is legal but unwise.
func Load(fsys fs.FS) (*Pack, error) {
	files, err := readGood(fsys)
	if err != nil {
		return nil, err
	}
	p, faults, err := load(files)
	return p, cmp.Or(err, faults.err())
}

// addFile adds what one file holds.
func (p *Pack) addFile(name string, text []byte) error {
	about, list, err := parse(text)
	if err != nil {
		return err
	}
	about.File = name
	for i := range list {
		s := &list[i]
		s.File = name
		if s.Disabled {
			about.Disabled++
			p.disabled = append(p.disabled, *s)
			continue
		}
		about.Signatures++
		p.signatures = append(p.signatures, *s)
	}
	p.files = append(p.files, about)
	return nil
}

// parse reads one file of signatures.
func parse(text []byte) (about PackFile, list []Signature, err error) {
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	var items []item
	if err := d.Decode(&items); err != nil && !errors.Is(err, io.EOF) {
		return about, nil, err
	}
	if err := d.Decode(new(any)); !errors.Is(err, io.EOF) {
		return about, nil, errors.New("more than one YAML document in the file")
	}
	list = make([]Signature, 0, len(items))
	for i := range items {
		x := &items[i]
		if x.Pack != "" || x.Version != "" || x.Licence != "" {
			if err := x.checkHeader(i); err != nil {
				return about, nil, err
			}
			about.Name, about.Version, about.Licence = x.Pack, x.Version, x.Licence
			continue
		}
		if err := x.check(); err != nil {
			return about, nil, fmt.Errorf("line %d: %s: %w", lineAt(text, i), cmp.Or(x.ID, "a signature"), err)
		}
		list = append(list, x.Signature)
	}
	return about, list, nil
}

// checkHeader reports what is wrong with a header at that place of its file.
func (x *item) checkHeader(at int) error {
	switch {
	case at != 0:
		return errors.New("the header (pack, version, licence) must be the first item of the file")
	case x.Pack == "":
		return errors.New("the header has no pack, the name")
	case x.ID != "" || len(x.Match) > 0 || len(x.Yields) > 0:
		return errors.New("the header is an item of its own: begin the signature with another dash")
	}
	return nil
}

// check reports what makes a signature meaningless.
func (s *Signature) check() error {
	switch {
	case s.ID == "":
		return errors.New("has no id")
	case s.Disabled:
		if len(s.Match)+len(s.Yields) > 0 {
			return errors.New("is disabled: say its id and nothing else, or take the line away")
		}
		return nil
	case len(s.Match) == 0:
		return errors.New("has no match")
	case len(s.Yields) == 0:
		return errors.New("yields nothing")
	case s.Last && s.buildsOnVendor():
		return errors.New("speaks last, so it cannot wait for " + KeyVendor)
	}
	for _, c := range slices.Concat(s.Match, s.Unless) {
		if err := c.check(); err != nil {
			return err
		}
	}
	for _, a := range slices.Sorted(maps.Keys(s.Yields)) {
		if !slices.Contains(attributes[:], a) {
			return fmt.Errorf("yields %q: want vendor, model, type, os or firmware", a)
		}
		if len(s.Yields[a]) == 0 || slices.ContainsFunc(s.Yields[a], func(y Yield) bool { return y.Value == "" || y.Weight == 0 }) {
			return fmt.Errorf("yields %s: want a value and a weight other than 0", a)
		}
	}
	for _, e := range slices.Concat(s.Examples, s.Counterexamples) {
		if err := e.check(); err != nil {
			return err
		}
	}
	return nil
}

// buildsOnVendor reports whether it waits for the vendor to be decided.
func (s *Signature) buildsOnVendor() bool {
	return slices.ContainsFunc(slices.Concat(s.Match, s.Unless), func(c Condition) bool { return slices.Contains(c.Key, KeyVendor) })
}

// check reports what makes an example meaningless.
func (e Example) check() error {
	for _, key := range slices.Sorted(maps.Keys(e)) {
		if len(e[key]) == 0 {
			return fmt.Errorf("example: %s has no value", key)
		}
		if a, ok := strings.CutPrefix(key, wantPrefix); ok && !slices.Contains(attributes[:], Attribute(a)) {
			return fmt.Errorf("example: %s: want vendor, model, type, os or firmware after %q", key, wantPrefix)
		}
	}
	return nil
}

// check reports what makes a condition meaningless.
func (c *Condition) check() error {
	if len(c.Key) == 0 {
		return errors.New("a condition has no key")
	}
	for _, k := range c.Key {
		if _, ok := keySets[k]; !ok && strings.HasPrefix(k, "@") {
			return fmt.Errorf("key set %s: want one of @contact, @hostname, @kind, @maker, @model, @self, @text", k)
		}
	}
	if !c.Exists && len(c.Equals)+len(c.Prefix)+len(c.Contains)+len(c.Word)+len(c.Domain)+len(c.Regexp) == 0 {
		return fmt.Errorf("the condition on %s has no operator: want equals, prefix, contains, word, domain, regexp or exists",
			strings.Join(c.Key, ", "))
	}
	return nil
}
