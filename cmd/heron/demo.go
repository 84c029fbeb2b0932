package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/heron-iot/heron/internal/app"
	"github.com/heron-iot/heron/internal/config"
)

// demoFlags are the flags of `heron demo`.
type demoFlags struct {
	listen, data string
	devices      int
	attacks      []string
	keep         bool
}

func newDemoCommand(t *terminal) *cobra.Command {
	var f demoFlags
	c := &cobra.Command{
		Use:   "demo [flags]",
		Short: "Run the platform on a simulated network",
		Long: `Run the platform on a simulated network: devices, a day's traffic, weaknesses
and attacks. Nothing of it is real, it needs no privileges, and it sends nothing
to any network. Its data is thrown away at the end unless --data or --keep says
otherwise.`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error { return runDemo(c, t, f) },
	}
	c.Flags().StringVar(&f.listen, "listen", "127.0.0.1:8420", "address of the page and the API")
	c.Flags().StringVar(&f.data, "data", "", "folder to keep the demo's data in (default: a temporary one)")
	c.Flags().BoolVar(&f.keep, "keep", false, "keep the temporary folder")
	c.Flags().IntVar(&f.devices, "devices", 0, "at least so many devices (default: one site)")
	c.Flags().StringSliceVar(&f.attacks, "attack", app.DemoAttacks(), "attacks to play; none for a quiet day")
	choices(c, "attack", append(app.DemoAttacks(), "none")...)
	return c
}

// demoEvidence bounds the packets that are kept for the alerts of a demonstration.
const demoEvidence = 256 << 20

func runDemo(c *cobra.Command, t *terminal, f demoFlags) error {
	conf := config.Default()
	conf.Site, conf.Web.Listen, conf.Log.Level = "demo", f.listen, "warn"
	conf.Sensor.Name, conf.Sensor.Interfaces = "demo", []string{app.SimulationSource}
	conf.Sensor.EvidenceBytes = demoEvidence
	conf.Data = f.data
	if conf.Data == "" {
		dir, err := os.MkdirTemp("", "heron-demo-")
		if err != nil {
			return fmt.Errorf("temporary folder: %w", err)
		}
		conf.Data = dir
		if !f.keep {
			defer os.RemoveAll(dir)
		}
	}
	if len(f.attacks) == 1 && strings.EqualFold(f.attacks[0], "none") {
		f.attacks = nil
	}
	src, err := app.Simulate(f.devices, f.attacks)
	if err != nil {
		return err
	}
	return app.Run(c.Context(), app.Options{
		Config: conf, Version: version, Log: newLogger(conf.Log, t.err), Simulation: src,
		Started: t.started("This is a simulation: every device and attack is made up. Stop it with Ctrl-C."),
	})
}
