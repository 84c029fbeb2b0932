package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/identify"
)

func newSignaturesCommand(t *terminal) *cobra.Command {
	c := &cobra.Command{
		Use:   "signatures",
		Short: "The identification knowledge, and its tests",
		Long:  "The identification knowledge: the pack inside this binary, or the folder of YAML\nfiles that --pack names; with --signatures, that folder on top of the pack inside.",
		Args:  noArgs,
	}
	pack := c.PersistentFlags().String("pack", "", "folder of signature files (default: the embedded pack)")
	own := c.PersistentFlags().String("signatures", "", ownSignatures)
	load := func() (*identify.Pack, error) {
		if *own != "" && *pack != "" {
			return nil, usageError{errors.New("--pack is instead of the embedded pack, --signatures on top of it: give one")}
		}
		if *own != "" {
			p, err := identify.EmbeddedOver(os.DirFS(*own))
			if err != nil {
				return nil, usageError{fmt.Errorf("%s: %w", *own, err)}
			}
			return p, nil
		}
		if *pack == "" {
			return identify.Embedded()
		}
		p, err := identify.Load(os.DirFS(*pack))
		if err != nil {
			return nil, usageError{fmt.Errorf("%s: %w", *pack, err)}
		}
		return p, nil
	}
	c.AddCommand(
		newSignaturesList(t, load), newSignaturesTest(t, load), newSignaturesLint(t, load, pack, own),
		newSignaturesExplain(t, load), newSignaturesNew(t), newSignaturesReload(t),
	)
	return c
}

// packLoader loads the pack that the flags name.
type packLoader func() (*identify.Pack, error)

func newSignaturesList(t *terminal, load packLoader) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "list [TEXT]", Short: "List signatures whose id or conditions contain TEXT",
		RunE: func(_ *cobra.Command, args []string) error {
			p, err := load()
			if err != nil {
				return err
			}
			found := matching(p.Signatures(), strings.ToLower(strings.Join(args, " ")))
			if asJSON {
				return t.json(found)
			}
			rows := make([][]string, 0, len(found))
			for _, s := range found {
				rows = append(rows, []string{s.ID, shorten(s.Says), s.When})
			}
			// Conditions come last: a long one would pad every line.
			t.table([]string{"Signature", "Says", "When"}, rows)
			return nil
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

// maxSays is how much of what a signature says a table shows: some speak of
// dozens of models.
const maxSays = 100

func shorten(says string) string {
	if r := []rune(says); len(r) > maxSays {
		return string(r[:maxSays-1]) + "…"
	}
	return says
}

// signatureLine is a signature in short.
type signatureLine struct {
	ID   string `json:"id"`
	File string `json:"file"`
	When string `json:"when"`
	Says string `json:"says"`
}

func matching(all []identify.Signature, text string) []signatureLine {
	out := []signatureLine{}
	for i := range all {
		s := &all[i]
		l := signatureLine{ID: s.ID, File: s.File}
		conditions := make([]string, len(s.Match))
		for j := range s.Match {
			conditions[j] = s.Match[j].String()
		}
		l.When = strings.Join(conditions, "; ")
		for _, a := range []identify.Attribute{identify.Vendor, identify.Model, identify.Type, identify.OS, identify.Firmware} {
			for _, y := range s.Yields[a] {
				l.Says += fmt.Sprintf("%s %s (%.1f) ", a, y.Value, y.Weight)
			}
		}
		l.Says = strings.TrimSpace(l.Says)
		if strings.Contains(strings.ToLower(l.ID+" "+l.When+" "+l.Says), text) {
			out = append(out, l)
		}
	}
	return out
}

func newSignaturesTest(t *terminal, load packLoader) *cobra.Command {
	return &cobra.Command{
		Use: "test", Short: "Run the examples and counter-examples", Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			p, err := load()
			if err != nil {
				return err
			}
			failed := identify.Test(p)
			for _, f := range failed {
				fmt.Fprintf(t.out, "%s %s (%s): %s: %s\n", t.red("✗"), f.Signature, f.File, f.Problem, f.Example)
			}
			if len(failed) > 0 {
				return fmt.Errorf("%d examples of %d signatures do not come out", len(failed), len(p.Signatures()))
			}
			fmt.Fprintf(t.out, "%s %d signatures, all examples come out\n", t.green("✓"), len(p.Signatures()))
			return nil
		},
	}
}

func newSignaturesLint(t *terminal, load packLoader, dirs ...*string) *cobra.Command {
	return &cobra.Command{
		Use: "lint", Short: "Find what is legal but unwise", Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			p, err := load()
			if err != nil {
				return err
			}
			problems := identify.Lint(p)
			for _, dir := range dirs {
				more, err := lintOrder(*dir)
				if err != nil {
					return err
				}
				problems = append(problems, more...)
			}
			for _, x := range problems {
				fmt.Fprintf(t.out, "%s: %s: %s\n", x.File, x.Signature, x.Message)
			}
			if len(problems) > 0 {
				return errors.New(count(len(problems), "problem"))
			}
			fmt.Fprintf(t.out, "%s %d signatures, nothing to complain of\n", t.green("✓"), len(p.Signatures()))
			return nil
		},
	}
}

// lintOrder looks at the order in the files of a folder, if one is named.
func lintOrder(dir string) ([]identify.Problem, error) {
	if dir == "" {
		return nil, nil
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil {
		return nil, err
	}
	var out []identify.Problem
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			return nil, err
		}
		problems, err := identify.LintOrder(filepath.Base(f), b)
		if err != nil {
			return nil, err
		}
		out = append(out, problems...)
	}
	return out, nil
}

func newSignaturesExplain(t *terminal, load packLoader) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:     "explain [KEY=VALUE…]",
		Short:   "Say which signatures match observations, and which nearly do",
		Long:    "Say which signatures match the observations given as KEY=VALUE, or as a JSON array\nof {\"key\",\"value\"} on standard input, and which nearly do.",
		Example: `  heron signatures explain http.server=App-webs/ 'dhcp.hostname=Aria'`,
		RunE: func(_ *cobra.Command, args []string) error {
			obs, err := observations(t, args)
			if err != nil {
				return err
			}
			p, err := load()
			if err != nil {
				return err
			}
			id, err := identify.NewWith(p)
			if err != nil {
				return err
			}
			noteUntold(t, obs)
			if asJSON {
				return t.json(id.Explain(obs))
			}
			printExplanations(t, id, obs)
			return nil
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

// observations reads KEY=VALUE arguments, or JSON where there are none.
func observations(t *terminal, args []string) ([]heron.Observation, error) {
	var out []heron.Observation
	if len(args) == 0 {
		t.expect("a JSON array of observations")
		if err := json.NewDecoder(t.in).Decode(&out); err != nil {
			return nil, usageError{fmt.Errorf("standard input: want a JSON array of {\"key\",\"value\"}: %w", err)}
		}
		return out, nil
	}
	for _, a := range args {
		k, v, ok := strings.Cut(a, "=")
		if !ok {
			return nil, usageError{fmt.Errorf("%q: want KEY=VALUE, as http.server=Boa", a)}
		}
		out = append(out, heron.Observation{Key: k, Value: v})
	}
	return out, nil
}

// noteUntold says which keys nobody tells, beside what comes of the others.
func noteUntold(t *terminal, obs []heron.Observation) {
	for i := range obs {
		switch near := identify.NearestTold(obs[i].Key); {
		case identify.Told(obs[i].Key):
		case near != "":
			fmt.Fprintf(t.err, "nobody tells the key %s: %s?\n", obs[i].Key, near)
		default:
			fmt.Fprintf(t.err, "nobody tells the key %s: see docs/observation-keys.md\n", obs[i].Key)
		}
	}
}

func printExplanations(t *terminal, id *identify.Identifier, obs []heron.Observation) {
	for _, x := range id.Explain(obs) {
		mark := t.faint("nearly")
		if x.Matched {
			mark = t.green("matches")
		}
		fmt.Fprintf(t.out, "%s %s  %s\n", mark, t.bold(x.Signature), strings.Join(x.Claims, ", "))
		for _, c := range x.Conditions {
			held := "✗"
			if c.Held {
				held = "✓"
			}
			fmt.Fprintf(t.out, "    %s %s  %s\n", held, c.Condition, t.faint(c.Value))
		}
	}
	r := id.Identify(obs)
	fmt.Fprintf(t.out, "\n%s %s  vendor %s  model %s  firmware %s\n", t.bold("taken for:"),
		heron.TypeTitle(r.Identity.Type.Value), claim(r.Identity.Vendor), claim(r.Identity.Model), claim(r.Identity.Firmware))
}
