package eval

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"slices"
)

//go:embed page.html
var pageText string

// page is what the template shows beside the report.
type page struct {
	*Report
	Charts []chart
	Maps   []heatMap
}

// WriteHTML writes the report as one page that needs nothing else: no scripts, no
// other files.
func (r *Report) WriteHTML(w io.Writer) error {
	t, err := template.New("page").Funcs(template.FuncMap{
		"percent":  func(v float64) string { return fmt.Sprintf("%.1f %%", 100*v) },
		"number":   func(v float64) string { return fmt.Sprintf("%.3f", v) },
		"measured": func(v float64) string { return fmt.Sprintf("%.4g", v) },
		"delta": func(r *Report, a Ablation, level int) string {
			return fmt.Sprintf("%+.1f", 100*(a.Without[level].Right-r.Levels[level].Macro.Right))
		},
	}).Parse(pageText)
	if err != nil {
		return fmt.Errorf("template of the page: %w", err)
	}
	p := page{Report: r}
	for i := range r.Levels {
		p.Charts = append(p.Charts, chartOf(&r.Levels[i]))
	}
	for _, level := range []int{ofType, ofVendor} {
		p.Maps = append(p.Maps, heatMapOf(&r.Levels[level]))
	}
	var b bytes.Buffer
	if err := t.Execute(&b, p); err != nil {
		return fmt.Errorf("page: %w", err)
	}
	_, err = w.Write(b.Bytes())
	return err
}

// chart is a reliability diagram: confidence to the right, accuracy upwards.
type chart struct {
	*Level
	Marks []mark
	Said  string // the whole in a sentence, for who does not see it
}

// mark is the answers of one bin.
type mark struct {
	X, Y, Radius float64
	Title        string
}

// Size of the plane of a chart, and where it begins.
const (
	plane  = 220.0
	margin = 40.0
)

func chartOf(l *Level) chart {
	c := chart{Level: l}
	answers, most := 0, 0
	for i := range l.Bins {
		answers += l.Bins[i].Answers
		most = max(most, l.Bins[i].Answers)
	}
	for _, b := range l.Bins {
		if b.Answers == 0 {
			continue
		}
		c.Marks = append(c.Marks, mark{
			X: round(margin + plane*b.Confidence), Y: round(10 + plane*(1-b.Accuracy)), Radius: round(3 + 7*float64(b.Answers)/float64(most)),
			Title: fmt.Sprintf("%d answers at a confidence of %.2f: %.1f %% right", b.Answers, b.Confidence, 100*b.Accuracy),
		})
	}
	c.Said = fmt.Sprintf("Reliability of %s: %d answers, calibration error %.3f. The figures are in the table below.", l.Name, answers, l.CalibrationError)
	return c
}

// heatMap is a confusion matrix: what is true downwards, what was said across.
type heatMap struct {
	Name string
	Said []string // "" last, where nothing was
	Rows []heatRow
}

type heatRow struct {
	Want  string
	Cells []heatCell
}

// heatCell is how many captures, and their share of the row in percent.
type heatCell struct {
	Count, Share int
	Right        bool
}

func heatMapOf(l *Level) heatMap {
	m := heatMap{Name: l.Name}
	silent := false
	for _, c := range l.Confusion {
		silent = silent || c.Said == ""
		if c.Said != "" && !slices.Contains(m.Said, c.Said) {
			m.Said = append(m.Said, c.Said)
		}
	}
	slices.Sort(m.Said)
	if silent {
		m.Said = append(m.Said, "")
	}
	for rest := l.Confusion; len(rest) > 0; {
		n, sum := 0, 0
		for n < len(rest) && rest[n].Want == rest[0].Want {
			sum += rest[n].Count
			n++
		}
		row := heatRow{rest[0].Want, make([]heatCell, len(m.Said))}
		for _, c := range rest[:n] {
			at := slices.Index(m.Said, c.Said)
			row.Cells[at] = heatCell{row.Cells[at].Count + c.Count, 100 * (row.Cells[at].Count + c.Count) / sum, c.Verdict == Right}
		}
		m.Rows = append(m.Rows, row)
		rest = rest[n:]
	}
	return m
}
