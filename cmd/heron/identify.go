package main

import (
	"encoding/json"
	"fmt"
	"os"

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
	}
	signatures := c.Flags().String("signatures", "", ownSignatures)
	c.RunE = func(*cobra.Command, []string) error { return runIdentify(t, *signatures) }
	c.Flags().Bool("json", true, "print JSON, a line each (always so)")
	return c
}

// ownModel is the help of the flag that names a model.
const ownModel = "a model of your own, as heron train writes, in place of the one that Heron brings"

// ownSignatures is the help of the flag that names a folder of signatures.
const ownSignatures = "folder of signatures of your own, on top of those that Heron brings"

// identifierOver loads the signatures that --signatures asks for.
func identifierOver(dir string) (*identify.Identifier, error) {
	if dir == "" {
		return identify.New()
	}
	id, err := identify.Over(os.DirFS(dir))
	if err != nil {
		return nil, usageError{fmt.Errorf("--signatures %s:\n%w", dir, err)}
	}
	return id, nil
}

func runIdentify(t *terminal, signatures string) error {
	id, err := identifierOver(signatures)
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
