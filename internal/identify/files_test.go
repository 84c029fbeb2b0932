package identify_test

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/identify"
)

// TestWhatIsNoFileIsNotWaitedFor: a pipe would never end, and a folder never begin.
func TestWhatIsNoFileIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	files, faults, err := identify.ReadFiles(fstest.MapFS{
		"good.yaml":    {Data: []byte(acme)},
		"pipe.yaml":    {Mode: fs.ModeNamedPipe},
		"folder.yaml":  {Mode: fs.ModeDir},
		"short.yml":    {Data: []byte(acme)},
		".#good.yaml":  {Data: []byte("of an editor")},
		"notes.md":     {Data: []byte("# notes")},
		"missing.yaml": {Mode: fs.ModeSymlink, Data: []byte("nowhere.yaml")},
	})
	if err != nil || len(files) != 1 || string(files["good.yaml"]) != acme {
		t.Errorf("read %d files, %v", len(files), err)
	}
	got := strings.Split(faults.String(), "\n")
	for i, want := range []string{
		"folder.yaml: is no file", "missing.yaml: cannot be read: ", "pipe.yaml: is no file", "short.yml: is not read, ",
	} {
		if i >= len(got) || !strings.HasPrefix(got[i], want) {
			t.Errorf("faults %q, want one that says %q", got, want)
		}
	}
	if _, err := identify.Over(fstest.MapFS{"pipe.yaml": {Mode: fs.ModeNamedPipe}}); heron.ErrorCode(err) != heron.CodeInvalid {
		t.Errorf("a pipe among them: %v", err)
	}
}

// TestFaultsNameFileAndLine, in words of whoever writes signatures, not of the program.
func TestFaultsNameFileAndLine(t *testing.T) {
	t.Parallel()
	const good = "- {id: b.good, match: [{key: http.title, equals: abc}], yields: {type: [plc, 3]}}\n"
	for text, want := range map[string]string{
		good + "- id: a.b\n  match: [{kee: http.title, equals: abc}]\n": "x.yaml: line 3: there is no field kee",
		"hello": "x.yaml: line 1: cannot unmarshal !!str `hello`",
		good + "\n- {id: a.b, match: [{key: http.title, prefix: q}], yields: {type: [plc, 3]}}":        "x.yaml: line 3: a.b: condition on http.title",
		good + "\n\n- {id: a.b, match: [{key: http.title, equals: abc}], yields: {type: [teapot, 3]}}": "x.yaml: line 4: a.b: type \"teapot\" is not one",
	} {
		_, faults, err := identify.OverFiles(identify.Files{"x.yaml": []byte(text)})
		if got := faults.String(); err != nil || !strings.HasPrefix(got, want) || strings.Contains(got, "identify.") {
			t.Errorf("%q: %v, %v; want %q", text, got, err, want)
		}
	}
	faults := identify.Faults{"x.yaml": strings.Split(strings.Repeat("wrong ", 40), " ")}
	if n := strings.Count(faults.String(), "\n"); n != 10 {
		t.Errorf("told in %d lines", n+1)
	}
}
