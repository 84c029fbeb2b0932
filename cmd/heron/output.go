package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/jedib0t/go-pretty/v6/text"
)

// sticky remembers the first fault of writing: a full disk must not look like
// success.
type sticky struct {
	w   io.Writer
	err error
}

func (s *sticky) Write(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	n, err := s.w.Write(p)
	if err != nil {
		s.err = fmt.Errorf("output: %w", err)
	}
	return n, s.err
}

// harmlessWriter is for text that people read. Names and banners come from the
// network, that is from anyone, so it lets no control character through that
// could drive the terminal; only our colours pass.
type harmlessWriter struct{ w io.Writer }

func (h harmlessWriter) Write(p []byte) (int, error) {
	if _, err := h.w.Write(harmless(p)); err != nil {
		return 0, err
	}
	return len(p), nil
}

// harmless replaces what could move the cursor, hide text or reverse it.
func harmless(p []byte) []byte {
	if !bytes.ContainsFunc(p, dangerous) {
		return p
	}
	var out bytes.Buffer
	for len(p) > 0 {
		if n := colourLength(p); n > 0 {
			out.Write(p[:n])
			p = p[n:]
			continue
		}
		r, n := utf8.DecodeRune(p)
		if dangerous(r) {
			r = unicode.ReplacementChar
		}
		out.WriteRune(r)
		p = p[n:]
	}
	return out.Bytes()
}

// dangerous reports control characters but tab and end of line, and those that
// change the direction of writing.
func dangerous(r rune) bool {
	return r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r))
}

// colourLength is the length of the colour sequence that p starts with, or 0.
func colourLength(p []byte) int {
	if !bytes.HasPrefix(p, []byte("\x1b[")) {
		return 0
	}
	digits := bytes.TrimLeft(p[2:], "0123456789;")
	if len(digits) == 0 || digits[0] != 'm' {
		return 0
	}
	return len(p) - len(digits) + 1
}

// gap is the room between two columns.
const gap = "  "

// table prints rows under headings. On a terminal that is too narrow the
// widest columns are cut, but ids and addresses never: they are to be copied.
func (t *terminal) table(headings []string, rows [][]string) {
	if len(rows) == 0 {
		t.say("none")
		return
	}
	widths := make([]int, len(headings))
	for i, h := range headings {
		headings[i] = strings.ToUpper(h)
	}
	for _, row := range append([][]string{headings}, rows...) {
		for i, cell := range row {
			widths[i] = max(widths[i], text.StringWidthWithoutEscSequences(cell))
		}
	}
	t.fit(widths, headings)
	t.row(headings, widths, t.faint)
	for _, row := range rows {
		t.row(row, widths, func(s string) string { return s })
	}
}

// fit makes the widest columns narrower until a row fits on the terminal.
func (t *terminal) fit(widths []int, headings []string) {
	const narrow = 8
	whole := []string{"ID", "ENTRY", "ADDRESS", "MAC", "CVE"}
	for t.width > 0 {
		sum, widest := len(gap)*(len(widths)-1), -1
		for i, w := range widths {
			sum += w
			if w > narrow && !slices.Contains(whole, headings[i]) && (widest < 0 || w > widths[widest]) {
				widest = i
			}
		}
		if sum <= t.width || widest < 0 {
			return
		}
		widths[widest]--
	}
}

func (t *terminal) row(cells []string, widths []int, paint func(string) string) {
	var b strings.Builder
	for i, cell := range cells {
		cell = text.Snip(strings.ReplaceAll(cell, "\n", " "), widths[i], "…")
		if i < len(cells)-1 {
			cell = text.Pad(cell, widths[i]+len(gap), ' ')
		}
		b.WriteString(cell)
	}
	fmt.Fprintln(t.out, paint(strings.TrimRight(b.String(), " ")))
}

// fields prints names and values, a line each; what is empty is left out.
func (t *terminal) fields(pairs ...string) {
	width := 10
	for i := 0; i < len(pairs); i += 2 {
		width = max(width, len(pairs[i]))
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			fmt.Fprintf(t.out, "  %-*s %s\n", width, pairs[i], pairs[i+1])
		}
	}
}

// saveFile writes a file for its owner alone, whole or not at all.
func saveFile(path string, write func(io.Writer) error) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".heron-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	err = errors.Join(write(tmp), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		_ = os.Remove(tmp.Name()) // at worst a file without a name of its own is left
	}
	return err
}
