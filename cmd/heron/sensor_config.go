package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/client"
)

// counted tells what a sensor saw and lost. A process whose sources count has a
// line for each of them, and no counts of its own.
func counted(s *heron.Sensor) (packets, flows, lost string) {
	if s.Health != nil && s.Stats.Packets == 0 {
		return "", "", ""
	}
	return fmt.Sprint(s.Stats.Packets), fmt.Sprint(s.Stats.Flows),
		fmt.Sprint(s.Stats.KernelDrops + s.Stats.TableEvictions + s.Stats.StreamDrops + s.Stats.Unplaced)
}

// shedAndWaiting tells what a sensor gave up for want of room, what waits on its
// disk, and how its configuration stands.
func shedAndWaiting(s *heron.Sensor) (shed, waits, config string) {
	shed = fmt.Sprint(s.Stats.ShedFlows + s.Stats.ShedFacts)
	if s.Health == nil {
		return shed, "", ""
	}
	if n := s.Health.Spool.ShedBatches; n > 0 {
		shed += fmt.Sprintf(" and %d batches", n)
	}
	waits = fmt.Sprintf("%d (%d KiB)", s.Health.Spool.Batches, s.Health.Spool.Bytes>>10)
	return shed, waits, configState(s)
}

// configState says whether a sensor does what it was told.
func configState(s *heron.Sensor) string {
	switch h := s.Health; {
	case s.Config == nil:
		return "its own"
	case h == nil || h.Tried < s.Config.Version && h.Applied < s.Config.Version:
		return fmt.Sprintf("version %d waits", s.Config.Version)
	case h.Fault != "":
		return fmt.Sprintf("version %d: fault", s.Config.Version)
	}
	return fmt.Sprintf("version %d", s.Config.Version)
}

func newSensorConfig(t *terminal, f *serverFlags) *cobra.Command {
	c := &cobra.Command{Use: "config", Short: "Show or change what a sensor was told to do", Args: noArgs}
	c.AddCommand(newSensorConfigShow(t, f), newSensorConfigSet(t, f))
	return c
}

func newSensorConfigShow(t *terminal, f *serverFlags) *cobra.Command {
	return &cobra.Command{
		Use: "show ID", Short: "What a sensor was told to do, and whether it does", Args: oneArg("a sensor id"),
		RunE: f.do(func(ctx context.Context, cl *client.Client, args []string) error {
			s, err := cl.Sensor(ctx, args[0])
			if err != nil {
				return err
			}
			return showSensorConfig(t, f, s)
		}),
	}
}

func showSensorConfig(t *terminal, f *serverFlags, s *heron.Sensor) error {
	if f.json {
		return t.json(map[string]any{"config": s.Config, "health": s.Health})
	}
	pairs := []string{"sensor", s.Name, "configuration", configState(s)}
	if s.Health != nil {
		pairs = append(pairs, "fault", s.Health.Fault)
	}
	text, err := json.Marshal(s.Config)
	if err != nil {
		return err
	}
	var told map[string]any
	if err := json.Unmarshal(text, &told); err != nil {
		return err
	}
	for _, k := range slices.Sorted(maps.Keys(told)) {
		if k != "version" {
			pairs = append(pairs, k, fmt.Sprint(told[k]))
		}
	}
	t.fields(pairs...)
	return nil
}

// sensorFlags are what may be told to a sensor.
type sensorFlags struct {
	file, filter    string
	local, sources  []string
	flows           int
	spool, evidence int64
	reset           bool
}

func newSensorConfigSet(t *terminal, f *serverFlags) *cobra.Command {
	var v sensorFlags
	c := &cobra.Command{
		Use: "set ID", Short: "Tell a sensor what to capture, and its limits", Args: oneArg("a sensor id"),
		Long: "Tell a sensor what to capture, and its limits. What is not given stays as it was told before; --reset\n" +
			"begins with the sensor's own configuration. The sensor checks all of it before it changes anything.",
		Example: "  heron sensor config set dock --filter 'not port 22' --local 198.51.100.0/24\n  heron sensor config set dock --reset",
	}
	c.RunE = func(cmd *cobra.Command, args []string) error {
		return f.do(func(ctx context.Context, cl *client.Client, args []string) error {
			s, err := cl.Sensor(ctx, args[0])
			if err != nil {
				return err
			}
			want, err := v.config(cmd, s.Config)
			if err != nil {
				return err
			}
			if s, err = cl.ConfigureSensor(ctx, args[0], want); err != nil {
				return err
			}
			if err := showSensorConfig(t, f, s); err != nil {
				return err
			}
			if s.Health != nil && s.Health.Fault != "" && s.Health.Tried == s.Config.Version {
				return heron.Errorf(heron.CodeInvalid, "the sensor refuses: %s", s.Health.Fault)
			}
			return nil
		})(cmd, args)
	}
	v.add(c)
	return c
}

func (v *sensorFlags) add(c *cobra.Command) {
	s := c.Flags()
	s.StringVar(&v.file, "file", "", "read all of it from a file (JSON, as the API takes it)")
	s.StringVar(&v.filter, "filter", "", "capture only what this pcap filter passes")
	s.StringSliceVar(&v.local, "local", nil, "networks of ours beside the private ranges, as CIDR")
	s.StringSliceVar(&v.sources, "source", nil, "interface to capture on, or tzsp:// or pcap+tcp:// address; may be given again")
	s.IntVar(&v.flows, "max-flows", 0, "flows kept at once, of each source")
	s.Int64Var(&v.spool, "spool-bytes", 0, "what is kept on disk for a core out of reach")
	s.Int64Var(&v.evidence, "evidence-bytes", 0, "packets of each source that are kept on disk (0: none)")
	s.BoolVar(&v.reset, "reset", false, "forget what was told before")
}

// config lays the flags that were given over what was told before.
func (v *sensorFlags) config(cmd *cobra.Command, before *heron.SensorConfig) (heron.SensorConfig, error) {
	var c heron.SensorConfig
	if before != nil && !v.reset {
		c = *before
	}
	if v.file != "" {
		text, err := os.ReadFile(v.file)
		if err != nil {
			return c, usageError{err}
		}
		c = heron.SensorConfig{}
		dec := json.NewDecoder(strings.NewReader(string(text)))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&c); err != nil {
			return c, usageError{fmt.Errorf("%s: %w", v.file, err)}
		}
	}
	given := v.reset || v.file != ""
	for name, lay := range map[string]func(){
		"filter":         func() { c.Filter = &v.filter },
		"local":          func() { c.Local = &v.local },
		"source":         func() { c.Sources = &v.sources },
		"max-flows":      func() { c.MaxFlows = &v.flows },
		"spool-bytes":    func() { c.SpoolBytes = &v.spool },
		"evidence-bytes": func() { c.EvidenceBytes = &v.evidence },
	} {
		if cmd.Flags().Changed(name) {
			lay()
			given = true
		}
	}
	if !given {
		return c, usageError{errors.New("want at least one thing to tell the sensor; see heron sensor config set --help")}
	}
	c.Version = 0
	return c, nil
}
