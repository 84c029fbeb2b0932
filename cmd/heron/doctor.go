package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/heron-iot/heron/internal/app"
)

func newDoctorCommand(t *terminal) *cobra.Command {
	var f serveFlags
	var asJSON bool
	c := &cobra.Command{
		Use:   "doctor [flags]",
		Short: "What this machine allows, and how to mend what it does not",
		Long:  "Look at capture rights, interfaces, database, bus and quarantine, with the same\nflags and configuration as heron serve. It changes nothing. The exit status is 1\nwhen something that heron serve needs is missing.",
		Args:  noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			conf, err := f.config(c)
			if err != nil {
				return err
			}
			found := app.Doctor(c.Context(), conf)
			if asJSON {
				if err := t.json(found); err != nil {
					return err
				}
			} else {
				printDoctor(t, found)
			}
			for _, x := range found {
				if x.Needed && !x.OK {
					return errSilent
				}
			}
			return nil
		},
	}
	f.add(c)
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func printDoctor(t *terminal, found []app.Finding) {
	for _, x := range found {
		mark := t.green("✓")
		switch {
		case !x.OK && x.Needed:
			mark = t.red("✗")
		case !x.OK:
			mark = t.faint("–")
		}
		fmt.Fprintf(t.out, "%s %-24s %s\n", mark, x.What, x.Text)
		if !x.OK && x.Mend != "" {
			fmt.Fprintf(t.out, "  %-24s %s\n", "", t.faint("→ "+x.Mend))
		}
	}
}
