package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/heron-iot/heron/internal/vuln"
)

func newVulnDBCommand(t *terminal) *cobra.Command {
	c := &cobra.Command{Use: "vulndb", Short: "Known vulnerabilities: status, search, match", Args: noArgs}
	c.AddCommand(newVulnDBStatus(t), newVulnDBSearch(t), newVulnDBMatch(t))
	return c
}

func newVulnDBStatus(t *terminal) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "status", Short: "What is known", Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			x, err := vuln.New()
			if err != nil {
				return err
			}
			if asJSON {
				return t.json(map[string]any{"advisories": x.Len(), "source": "start set"})
			}
			fmt.Fprintf(t.out, "%d advisories, the start set that ships with Heron\n", x.Len())
			return nil
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func newVulnDBSearch(t *terminal) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "search TEXT…", Short: "Find advisories by CVE, title, vendor or model", Args: needArgs(1, "a text to search for"),
		RunE: func(_ *cobra.Command, args []string) error {
			x, err := vuln.New()
			if err != nil {
				return err
			}
			found := x.Search(joinWords(args))
			if asJSON {
				return t.json(found)
			}
			rows := make([][]string, 0, len(found))
			for _, a := range found {
				exploited := ""
				if a.KEV {
					exploited = "exploited"
				}
				rows = append(rows, []string{a.CVE, fmt.Sprintf("%.1f", a.CVSS), exploited, a.Title})
			}
			t.table([]string{"CVE", "CVSS", "KEV", "Title"}, rows)
			return nil
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

// matchAnswer is one line of `heron vulndb match`.
type matchAnswer struct {
	ID       string         `json:"id"`
	Findings []vuln.Finding `json:"findings"`
}

func newVulnDBMatch(t *terminal) *cobra.Command {
	c := &cobra.Command{
		Use:   "match",
		Short: "Match products on standard input, one JSON object a line",
		Long:  "Read {\"id\",\"vendor\",\"model\",\"firmware\",…} lines from standard input and write\n{\"id\",\"findings\":[{\"cve\",\"grade\",\"reason\"}]} lines, in the same order.",
		Args:  noArgs,
		RunE:  func(*cobra.Command, []string) error { return runMatch(t) },
	}
	c.Flags().Bool("json", true, "print JSON, a line each (always so)")
	return c
}

func runMatch(t *terminal) error {
	x, err := vuln.New()
	if err != nil {
		return err
	}
	t.expect("one JSON object a line")
	return eachLine(t.in, func(n int, line []byte) error {
		var q struct {
			ID string `json:"id"`
			vuln.Product
		}
		if err := json.Unmarshal(line, &q); err != nil {
			return usageError{fmt.Errorf("line %d of standard input: want a JSON object: %w", n, err)}
		}
		a := matchAnswer{ID: q.ID, Findings: x.MatchProduct(q.Product)}
		return json.NewEncoder(t.data).Encode(a)
	})
}

// maxLine bounds one line of standard input.
const maxLine = 16 << 20

// eachLine calls fn for each line that is not empty, numbered from 1.
func eachLine(r io.Reader, fn func(n int, line []byte) error) error {
	s := bufio.NewScanner(r)
	s.Buffer(nil, maxLine)
	for n := 1; s.Scan(); n++ {
		if len(s.Bytes()) == 0 {
			continue
		}
		if err := fn(n, s.Bytes()); err != nil {
			return err
		}
	}
	if errors.Is(s.Err(), bufio.ErrTooLong) {
		return usageError{fmt.Errorf("a line of standard input is longer than %d bytes", maxLine)}
	}
	return s.Err()
}
