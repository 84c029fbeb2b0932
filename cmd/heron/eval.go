package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/heron-iot/heron/internal/app"
	"github.com/heron-iot/heron/internal/eval"
	"github.com/heron-iot/heron/internal/identify"
)

func newEvalCommand(t *terminal) *cobra.Command {
	c := &cobra.Command{Use: "eval", Short: "Accuracy on labelled data", Args: noArgs}
	c.AddCommand(newEvalFingerprint(t))
	return c
}

// evalFlags are the flags of `heron eval fingerprint`.
type evalFlags struct {
	app.EvalOptions
	json     bool
	html     string
	variants []string
	local    []string
}

// Variants of an evaluation.
const (
	variantRandomMAC = "mac-random"
	variantMerged    = "merged"
	variantUnseen    = "unseen-maker"
)

var evalVariants = []string{variantRandomMAC, variantMerged, variantUnseen, eval.HeldOutCapture, eval.HeldOutProduct}

func newEvalFingerprint(t *terminal) *cobra.Command {
	var f evalFlags
	c := &cobra.Command{
		Use:   "fingerprint --manifest FILE",
		Short: "How well devices are recognised in labelled captures",
		Long: `Read the captures that a manifest names, and count how often the type, vendor and
model of the device that is known of each were said rightly, wrongly or not at all;
how sure Heron was; how much traffic it took; and what each kind of evidence is
worth. Wrong is worse than silent.

A manifest is a CSV file with the columns path, label_vendor, label_model,
label_type, mac_of_device (or ip_of_device), and, where wanted, dataset, label and
granularity. Paths are relative to it. Accuracy is the mean over labels (macro) and
over captures (micro). The same manifest gives the same output.

--without takes evidence away, by the first part of observation keys: dhcp, dns,
mdns, ssdp, http, tls …; oui is what the registry says of a MAC address. Sets are
  discovery       what devices announce to find each other
  encrypted-only  all but what is left when every protocol is encrypted
  names           the names that devices give themselves and ask for
--variant mac-random gives each device a MAC address that no registry knows;
--variant merged reads one capture of each label as one network, all devices at
once, addresses moved where they collide;
--variant unseen-maker identifies each device without the signatures of its maker,
and without the model: so it shows what is said of a maker that nobody has met;
--variant held-out-capture asks, in place of the model that is part of heron, models
that learned from other captures of the manifest than the one at hand, and
held-out-product models that learned from other labels than its own.

The exit status is 3 when a capture could not be read.`,
		Example: "  heron eval fingerprint --manifest captures/manifest.csv --html report.html\n  heron eval fingerprint --manifest captures/manifest.csv --without oui,dhcp --variant merged",
		Args:    noArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return runEvalFingerprint(c, t, &f) },
	}
	c.Flags().StringVar(&f.Manifest, "manifest", "", "the list of labelled captures")
	c.Flags().StringSliceVar(&f.Without, "without", nil, "evidence to take away")
	c.Flags().StringSliceVar(&f.variants, "variant", nil, "mac-random, merged, unseen-maker, held-out-capture, held-out-product, or several")
	c.Flags().StringSliceVar(&f.local, "local", nil, "networks of ours beside the private ranges, as CIDR")
	c.Flags().BoolVar(&f.json, "json", false, "print one JSON document (schema "+eval.Schema+")")
	c.Flags().StringVar(&f.html, "html", "", "write a page with all figures into this file")
	choices(c, "variant", evalVariants...)
	return c
}

// checkEvidence refuses a kind of evidence that no observation is of: a misspelt
// one would take nothing away, and nobody would notice.
func checkEvidence(list []string) error {
	kinds := identify.Kinds()
	for _, kind := range list {
		if kind != "" && !strings.ContainsAny(kind, ". ") && kind != "oui" && !kinds[kind] && !slices.Contains(eval.GroupSets(), kind) {
			return usageError{fmt.Errorf("--without %q: no observation is of that kind; want oui, the first part of observation keys (dhcp, mdns, tls …), or %s",
				kind, strings.Join(eval.GroupSets(), ", "))}
		}
	}
	return nil
}

func runEvalFingerprint(c *cobra.Command, t *terminal, f *evalFlags) error {
	if f.Manifest == "" {
		return usageError{fmt.Errorf("want --manifest FILE; see %s --help", c.CommandPath())}
	}
	for _, v := range f.variants {
		if !slices.Contains(evalVariants, v) {
			return usageError{fmt.Errorf("--variant %q: want one of %s", v, strings.Join(evalVariants, ", "))}
		}
	}
	if err := checkEvidence(f.Without); err != nil {
		return err
	}
	f.RandomMAC, f.Merged = slices.Contains(f.variants, variantRandomMAC), slices.Contains(f.variants, variantMerged)
	f.UnseenMaker = slices.Contains(f.variants, variantUnseen)
	for _, v := range []string{eval.HeldOutCapture, eval.HeldOutProduct} {
		if !slices.Contains(f.variants, v) {
			continue
		}
		if f.HeldOut != "" {
			return usageError{fmt.Errorf("--variant: want one of %s and %s", eval.HeldOutCapture, eval.HeldOutProduct)}
		}
		f.HeldOut = v
	}
	local, err := prefixes(f.local)
	if err != nil {
		return err
	}
	f.Local = local
	f.Progress = func(done, all int) { t.status(fmt.Sprintf("%d of %d captures", done, all)) }
	r, err := app.EvalFingerprint(c.Context(), f.EvalOptions)
	t.status("")
	if err != nil {
		return err
	}
	if err := f.print(t, r); err != nil {
		return err
	}
	for _, x := range r.Failed {
		t.say("%s %s: %s", t.red("not read:"), x.Path, x.Why)
	}
	if len(r.Failed) > 0 {
		return damagedError{errSilent}
	}
	return nil
}

func (f *evalFlags) print(t *terminal, r *eval.Report) error {
	if f.html != "" {
		var page bytes.Buffer
		if err := errors.Join(r.WriteHTML(&page), os.WriteFile(f.html, page.Bytes(), 0o644)); err != nil {
			return fmt.Errorf("page: %w", err)
		}
	}
	if f.json {
		return t.json(r)
	}
	printReport(t, r)
	return nil
}

func printReport(t *terminal, r *eval.Report) {
	fmt.Fprintf(t.out, "%s of %s; the device was found in %d\n", count(r.Captures, "capture"), count(r.Labels, "label"), r.Found)
	if len(r.Variants) > 0 {
		fmt.Fprintf(t.out, "variant: %s\n", strings.Join(r.Variants, ", "))
	}
	if len(r.Without) > 0 {
		fmt.Fprintf(t.out, "without: %s\n", strings.Join(r.Without, ", "))
	}
	fmt.Fprintln(t.out)
	var rows, fast [][]string
	for _, l := range r.Levels {
		rows = append(rows, []string{
			l.Name, share(l.Macro.Right), share(l.Macro.Wrong), share(l.Macro.Abstained),
			share(l.Micro.Right), share(l.Micro.Wrong), share(l.Micro.Abstained), fmt.Sprintf("%.3f", l.CalibrationError), fmt.Sprint(l.Labels),
		})
		s := l.Speed
		fast = append(fast, []string{
			l.Name, fmt.Sprint(s.Answers), seconds(s.Seconds.Median), seconds(s.Seconds.P90), seconds(s.Seconds.Max),
			fmt.Sprint(s.Packets.Median), fmt.Sprint(s.Packets.P90), fmt.Sprint(s.Packets.Max),
		})
	}
	t.table([]string{"Level", "Right", "Wrong", "Abstained", "of captures: right", "wrong", "abstained", "Calibration error", "Labels"}, rows)
	fmt.Fprintln(t.out, "\nHow much traffic the first right answer took:")
	t.table([]string{"Level", "Answers", "Seconds: median", "90 %", "most", "Packets: median", "90 %", "most"}, fast)
	printAblations(t, r)
	printMistakes(t, r)
}

// share shows a share of answers.
func share(v float64) string { return fmt.Sprintf("%.1f %%", 100*v) }

func printAblations(t *terminal, r *eval.Report) {
	fmt.Fprintln(t.out, "\nRight without each kind of evidence, and with it alone:")
	var rows [][]string
	for _, a := range r.Evidence {
		row := []string{a.Group, fmt.Sprint(a.Captures)}
		if a.Captures == 0 {
			row[1] = "–"
		}
		for _, s := range a.Without {
			row = append(row, share(s.Right))
		}
		for _, s := range a.Alone {
			row = append(row, share(s.Right))
		}
		rows = append(rows, append(row, "", "", "")[:8])
	}
	headings := []string{"Evidence", "Captures"}
	for _, what := range []string{"Without: ", "Alone: "} {
		for _, l := range r.Levels {
			headings = append(headings, what+l.Name)
			what = ""
		}
	}
	t.table(headings, rows)
}

// printMistakes lists what was said wrongly, or not at all.
func printMistakes(t *terminal, r *eval.Report) {
	var rows [][]string
	for _, l := range r.Levels {
		for _, c := range l.Confusion {
			if c.Verdict != eval.Right {
				rows = append(rows, []string{l.Name, c.Want, cmp.Or(c.Said, "–"), fmt.Sprint(c.Count)})
			}
		}
	}
	fmt.Fprintln(t.out, "\nNot right:")
	if len(rows) == 0 {
		fmt.Fprintln(t.out, "nothing")
		return
	}
	t.table([]string{"Level", "True", "Said", "Captures"}, rows)
}
