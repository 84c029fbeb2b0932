package main

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// TestHelpIsPublished holds docs/cli.md against the help of every command;
// GOLDEN=update writes it anew.
func TestHelpIsPublished(t *testing.T) {
	t.Parallel()
	const path = "../../docs/cli.md"
	got := reference()
	if os.Getenv("GOLDEN") == "update" {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs from the help of the commands; write it anew with: GOLDEN=update go test -run Help ./cmd/heron", path)
	}
}

const preface = `# The command line

Made from the help of the commands; ` + "`heron help COMMAND`" + ` prints the same. Results go to standard output, everything else to
standard error. With ` + "`--json`" + ` the output is for programs: keys may be added, none is renamed;
[heron.read.v1.schema.json](heron.read.v1.schema.json) describes that of ` + "`heron read`" + `. Colours and progress are for terminals
only, and NO_COLOR turns them off.

`

// reference is the text of docs/cli.md.
func reference() []byte {
	var b bytes.Buffer
	b.WriteString(preface)
	root := newRoot(&terminal{})
	root.InitDefaultCompletionCmd()
	root.SetOut(&b)
	write := func(c *cobra.Command) {
		b.WriteString("## " + c.CommandPath() + "\n\n```text\n")
		_ = c.Help() // into b, which cannot fail
		b.WriteString("```\n\n")
	}
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		write(c)
		for _, sub := range c.Commands() {
			// What cobra writes about shells is not ours to repeat.
			if sub.Name() != "completion" && sub.Name() != "help" && !sub.Hidden {
				walk(sub)
			}
		}
	}
	walk(root)
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return []byte(strings.Join(lines, "\n") + "\n")
}
