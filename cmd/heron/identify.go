package main

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/identify"
)

func newIdentifyCommand(t *terminal) *cobra.Command {
	c := &cobra.Command{
		Use:   "identify",
		Short: "Identify observations on standard input, one JSON object a line",
		Long: `Read {"id","observations":[{"key","value"}]} lines from standard input and write
{"id","identity":{…},"evidence":[…]} lines, in the same order.`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error { return runIdentify(t) },
	}
	c.Flags().Bool("json", true, "print JSON, a line each (always so)")
	return c
}

func runIdentify(t *terminal) error {
	id, err := identify.New()
	if err != nil {
		return err
	}
	t.expect("one JSON object a line")
	return eachLine(t.in, func(n int, line []byte) error {
		var q struct {
			ID           string              `json:"id"`
			Observations []heron.Observation `json:"observations"`
		}
		if err := json.Unmarshal(line, &q); err != nil {
			return usageError{fmt.Errorf("line %d of standard input: want {\"id\",\"observations\":[{\"key\",\"value\"}]}: %w", n, err)}
		}
		return json.NewEncoder(t.data).Encode(struct {
			ID string `json:"id"`
			heron.Identification
		}{q.ID, id.Identify(q.Observations)})
	})
}
