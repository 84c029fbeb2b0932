package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"golang.org/x/term"

	"github.com/heron-iot/heron"
)

// terminal is where a command reads and writes. Colour and progress are for
// people: they are off when the output is not a terminal, or NO_COLOR is set.
type terminal struct {
	in       io.Reader
	out, err io.Writer
	color    bool // of out
	progress bool // of err
	width    int  // of out; 0 where it is not a terminal
}

func newTerminal(in, out, err *os.File) *terminal {
	t := &terminal{in: in, out: out, err: err}
	plain := os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb"
	if fd := int(out.Fd()); term.IsTerminal(fd) {
		t.color = !plain
		t.width, _, _ = term.GetSize(fd)
	}
	t.progress = term.IsTerminal(int(err.Fd())) && !plain
	return t
}

func (t *terminal) paint(c text.Color, s string) string {
	if !t.color {
		return s
	}
	return c.Sprint(s)
}

func (t *terminal) red(s string) string   { return t.paint(text.FgRed, s) }
func (t *terminal) green(s string) string { return t.paint(text.FgGreen, s) }
func (t *terminal) faint(s string) string { return t.paint(text.Faint, s) }
func (t *terminal) bold(s string) string  { return t.paint(text.Bold, s) }

// severity paints a severity; the word itself says it without colour.
func (t *terminal) severity(s heron.Severity) string {
	switch s {
	case heron.Critical, heron.High:
		return t.paint(text.FgRed, s.String())
	case heron.Medium:
		return t.paint(text.FgYellow, s.String())
	}
	return s.String()
}

// json prints v as indented JSON.
func (t *terminal) json(v any) error {
	enc := json.NewEncoder(t.out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// table prints rows under headings, cut to the width of the terminal.
func (t *terminal) table(headings []string, rows [][]string) {
	w := table.NewWriter()
	w.SetOutputMirror(t.out)
	w.SetStyle(table.StyleLight)
	s := w.Style()
	s.Options.DrawBorder = false
	s.Options.SeparateColumns = false
	s.Options.SeparateHeader = t.color
	s.Format.Header = text.FormatUpper
	if t.width > 0 {
		s.Size.WidthMax = t.width
	}
	head := make(table.Row, len(headings))
	for i, h := range headings {
		head[i] = h
	}
	w.AppendHeader(head)
	for _, r := range rows {
		row := make(table.Row, len(r))
		for i, c := range r {
			row[i] = c
		}
		w.AppendRow(row)
	}
	w.Render()
}

// say prints a line for people on the error stream, so that output stays clean.
func (t *terminal) say(format string, args ...any) { fmt.Fprintf(t.err, format+"\n", args...) }

// status overwrites one line of progress; "" clears it.
func (t *terminal) status(line string) {
	if t.progress {
		fmt.Fprint(t.err, "\r\x1b[K"+line)
	}
}

// percent shows a confidence.
func percent(c float64) string { return fmt.Sprintf("%.0f %%", 100*c) }

// claim shows a claim with its confidence, or a dash.
func claim(c *heron.Claim) string {
	if c == nil {
		return "–"
	}
	return c.Value
}

func join[T fmt.Stringer](list []T, limit int) string {
	out := make([]string, 0, limit)
	for i, v := range list {
		if i == limit {
			out = append(out, fmt.Sprintf("+%d", len(list)-limit))
			break
		}
		out = append(out, v.String())
	}
	return strings.Join(out, " ")
}
