package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"
	"golang.org/x/term"

	"github.com/heron-iot/heron"
)

// terminal is where a command reads and writes. Colour and progress are for
// people: they are off when the output is not a terminal, or NO_COLOR is set.
type terminal struct {
	in       io.Reader
	data     *sticky   // results for machines, as they are
	out, err io.Writer // text for people
	bar      io.Writer // the line of progress
	color    bool      // of out
	progress bool      // of err
	typed    bool      // in is a keyboard
	width    int       // of out; 0 where it is not a terminal
}

func newTerminal(in, out, err *os.File) *terminal {
	data := &sticky{w: out}
	t := &terminal{in: in, data: data, out: harmlessWriter{data}, err: harmlessWriter{err}, bar: err}
	plain := os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb"
	if fd := int(out.Fd()); term.IsTerminal(fd) {
		t.color = !plain
		t.width, _, _ = term.GetSize(fd)
	}
	t.progress = term.IsTerminal(int(err.Fd())) && !plain
	t.typed = term.IsTerminal(int(in.Fd()))
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
	enc := json.NewEncoder(t.data)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// say prints a line for people on the error stream, so that output stays clean.
func (t *terminal) say(format string, args ...any) { fmt.Fprintf(t.err, format+"\n", args...) }

// expect tells someone at a keyboard that a command waits for them.
func (t *terminal) expect(what string) {
	if t.typed {
		t.say("type %s; Ctrl-D ends", what)
	}
}

// status overwrites one line of progress; "" clears it.
func (t *terminal) status(line string) {
	if t.progress {
		fmt.Fprint(t.bar, "\r\x1b[K"+line)
	}
}

// percent shows a confidence; what is not certain is never shown as certain.
func percent(c float64) string {
	p := fmt.Sprintf("%.0f %%", 100*c)
	if c < 1 && p == "100 %" {
		return "99 %"
	}
	return p
}

// count says how many there are of what, in words.
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// present drops the empty words.
func present(words ...string) []string {
	return slices.DeleteFunc(words, func(w string) bool { return w == "" })
}

// claim shows a claim with its confidence, or a dash.
func claim(c *heron.Claim) string {
	if c == nil {
		return "–"
	}
	return c.Value
}

func join[T fmt.Stringer](list []T, limit int) string {
	out := texts(list)
	if len(out) > limit {
		out = append(out[:limit], fmt.Sprintf("+%d", len(list)-limit))
	}
	return strings.Join(out, " ")
}

func texts[T fmt.Stringer](list []T) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = v.String()
	}
	return out
}
