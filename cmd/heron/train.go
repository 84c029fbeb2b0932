package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/app"
	"github.com/heron-iot/heron/internal/guess"
)

func newTrainCommand(t *terminal) *cobra.Command {
	var o app.TrainOptions
	var out, report string
	c := &cobra.Command{
		Use:   "train --manifest FILE --out FILE",
		Short: "Learn from labelled captures what unknown devices look like",
		Long: `Learn a model from labelled captures: what kinds of device look like, from how
they behave and not from what they are called. heron asks it where no signature
knows a device. The manifest is that of heron eval fingerprint: a CSV file with
path, dataset, label, label_type and mac_of_device or ip_of_device.

Each capture is held out once, then each product, each maker and each type with
all that is of it, to say how the model does on what it has not seen. The same manifest, captures and
signatures give the same model, byte by byte. heron read and heron serve ask it with
--model.

A capture that is damaged, or in which the labelled device is not, is told, and the
exit status is 3.`,
		Example: "  heron train --manifest captures/manifest.csv --out model.bin\n  heron train --manifest captures/manifest.csv --out model.bin --report report.json --made lab",
		Args:    noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if len(o.Manifests)+len(o.Known) == 0 || out == "" {
				return usageError{errors.New("--manifest (or --known) and --out are needed: what to learn from, and where to write it")}
			}
			if o.Folds < 2 || o.Folds > 20 {
				return usageError{fmt.Errorf("--folds %d: want 2 to 20", o.Folds)}
			}
			for _, file := range []string{out, report} { // minutes before they are written
				if _, err := os.Stat(filepath.Dir(file)); err != nil {
					return heron.Errorf(heron.CodeNotFound, "%s: there is no such folder", filepath.Dir(file))
				}
			}
			return runTrain(c, t, o, out, report)
		},
	}
	c.Flags().StringArrayVar(&o.Manifests, "manifest", nil, "labelled captures, a CSV file; may be given several times")
	c.Flags().StringArrayVar(&o.Known, "known", nil, "a capture or a folder of them, to learn the devices that signatures are sure of; may be given several times")
	c.Flags().StringVar(&out, "out", "", "where to write the model")
	c.Flags().StringVar(&report, "report", "", "where to write how it did, as JSON (schema "+guess.ReportSchema+")")
	c.Flags().StringVar(&o.Made, "made", "lab", "the dataset that heron lab made: it counts for less")
	c.Flags().IntVar(&o.Folds, "folds", 6, "into how many parts to cut, each held out once")
	return c
}

func runTrain(c *cobra.Command, t *terminal, o app.TrainOptions, out, report string) error {
	if t.progress {
		o.Progress = func(done, all int) { t.status(fmt.Sprintf("%d of %d devices read", done, all)) }
	}
	missed := 0
	o.Missed = func(capture, why string) {
		t.status("")
		t.say("%s %s: %s", t.red("not learned from:"), capture, why)
		missed++
	}
	m, r, err := app.Train(c.Context(), o)
	t.status("")
	if err != nil {
		return err
	}
	if err := os.WriteFile(out, m.Encode(), 0o644); err != nil {
		return err
	}
	if report != "" {
		b, err := json.MarshalIndent(r, "", "  ")
		if err != nil {
			return err
		}
		if err := os.WriteFile(report, append(b, '\n'), 0o644); err != nil {
			return err
		}
	}
	printTraining(t, r)
	if missed > 0 {
		return damagedError{errSilent}
	}
	return nil
}

func printTraining(t *terminal, r *guess.Report) {
	fmt.Fprintf(t.out, "%s of %s, in %s; %d words\n\n",
		count(r.Products, "product"), count(r.Types, "type"), count(r.Captures, "capture"), r.Words)
	rows := [][]string{}
	add := func(what string, scores []guess.Score) {
		for _, s := range scores {
			rows = append(rows, []string{
				what, s.Of, s.HeldOut, fmt.Sprint(s.Products), fmt.Sprint(s.Captures),
				percent(s.Right), percent(s.Wrong), percent(s.Silent), fmt.Sprintf("%.3f", s.CalibrationError),
			})
		}
	}
	add("view", r.Views)
	add("dataset, encrypted", r.ByDataset)
	add("type, encrypted", r.ByType)
	t.table([]string{"Of", "Name", "Held out", "Products", "Captures", "Right", "Wrong", "Silent", "Calibration error"}, rows)
}
