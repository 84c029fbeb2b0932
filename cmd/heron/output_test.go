package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

func TestTextFromTheNetworkCannotDriveTheTerminal(t *testing.T) {
	t.Parallel()
	for _, x := range []struct{ name, in, want string }{
		{"plain", "Gate camera, Größe 5 µm\n", "Gate camera, Größe 5 µm\n"},
		{"our colours", "\x1b[31mhigh\x1b[0m\tx\n", "\x1b[31mhigh\x1b[0m\tx\n"},
		{"clear the screen", "a\x1b[2Jb", "a\ufffd[2Jb"},
		{"title of the window", "\x1b]0;x\x07", "\ufffd]0;x\ufffd"},
		{"carriage return", "good\rbad", "good\ufffdbad"},
		{"eight-bit control", "a\u009b2Jb", "a\ufffd2Jb"},
		{"right to left", "gate\u202egnp.exe", "gate\ufffdgnp.exe"},
		{"cut colour", "a\x1b[3", "a\ufffd[3"},
	} {
		var b bytes.Buffer
		if n, err := (harmlessWriter{&b}).Write([]byte(x.in)); n != len(x.in) || err != nil {
			t.Errorf("%s: %d, %v", x.name, n, err)
		}
		if b.String() != x.want {
			t.Errorf("%s: %q, want %q", x.name, b.String(), x.want)
		}
	}
}

func TestTablesFitTheTerminalAndKeepWhatIsCopied(t *testing.T) {
	t.Parallel()
	const id = "d1149fa5-2a84-8be4-9a6f-9ccc3e5de513"
	rows := [][]string{
		{"10.77.32.5", "Hikvision DS-2CD2142FWD-I with a long\nname", "Hangzhou Hikvision Digital Technology", id},
		{"10.77.32.6", "–", "", id},
	}
	for _, width := range []int{0, 100, 80, 20} {
		var b bytes.Buffer
		term := &terminal{out: &b, err: &b, width: width}
		term.table([]string{"Address", "Name", "Vendor", "ID"}, rows)
		lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
		if len(lines) != 3 {
			t.Fatalf("width %d: %d lines:\n%s", width, len(lines), b.String())
		}
		for _, l := range lines {
			if n := len([]rune(l)); width >= 80 && n > width {
				t.Errorf("width %d: a line of %d: %q", width, n, l)
			}
			if l != strings.TrimRight(l, " ") {
				t.Errorf("width %d: spaces at the end: %q", width, l)
			}
		}
		if strings.Count(b.String(), id) != 2 || strings.Count(b.String(), "10.77.32.") != 2 {
			t.Errorf("width %d: an id or address is cut:\n%s", width, b.String())
		}
	}
}

func TestNothingIsCertainButCertainty(t *testing.T) {
	t.Parallel()
	for c, want := range map[float64]string{0: "0 %", 0.5: "50 %", 0.994: "99 %", 0.9999: "99 %", 1: "100 %"} {
		if got := percent(c); got != want {
			t.Errorf("%v is shown as %s, want %s", c, got, want)
		}
	}
}

// fullDisk is a file that has no room.
type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no room") }

func TestAFaultOfOutputIsAFaultOfTheCommand(t *testing.T) {
	t.Parallel()
	var said bytes.Buffer
	data := &sticky{w: fullDisk{}}
	term := &terminal{in: strings.NewReader(""), data: data, out: harmlessWriter{data}, err: &said, bar: &said}
	if got := runWith(t.Context(), term, []string{"lab", "list"}); got != exitFault {
		t.Errorf("exit status %d, want %d", got, exitFault)
	}
	if !strings.Contains(said.String(), "output: no room") {
		t.Errorf("said %q", said.String())
	}
}
