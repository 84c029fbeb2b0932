package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/heron-iot/heron/client"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"heron": main})
}

// patience is how long a script waits for what a busy machine will do in time.
const patience = 5 * time.Minute

// TestCommandLine runs the scripts of testdata: they are the command line's
// specification.
func TestCommandLine(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       os.Getenv("GOLDEN") == "update",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"status": status, "start": startProcess, "pick": pick, "upload": upload, "await": await,
		},
		Condition: func(cond string) (bool, error) {
			if cond == "root" {
				return os.Geteuid() == 0, nil
			}
			return false, fmt.Errorf("unknown condition %q", cond)
		},
	})
}

// status CODE PROGRAM ARG… runs a program and wants that exit status.
func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status CODE PROGRAM ARG…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		exit, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

// start REGEXP PROGRAM ARG… starts a program, waits until its output matches,
// and sets a variable for each named group. It is stopped when the script ends.
func startProcess(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: start REGEXP PROGRAM ARG…")
	}
	want, err := regexp.Compile(args[0])
	ts.Check(err)
	path, err := exec.LookPath(args[1])
	ts.Check(err)
	cmd := exec.Command(path, args[2:]...)
	cmd.Dir, cmd.Env = ts.Getenv("WORK"), []string{"HOME=" + ts.Getenv("WORK"), "TMPDIR=" + ts.Getenv("TMPDIR")}
	r, w, err := os.Pipe()
	ts.Check(err)
	cmd.Stdout, cmd.Stderr = w, w
	ts.Check(cmd.Start())
	ts.Check(w.Close())
	found := make(chan []string, 1)
	var said lines
	go said.read(bufio.NewScanner(r), want, found)
	ts.Defer(func() { stopProcess(ts, cmd, &said) })
	select {
	case groups := <-found:
		for i, name := range want.SubexpNames() {
			if name != "" {
				ts.Setenv(name, groups[i])
			}
		}
	case <-time.After(patience):
		ts.Fatalf("%v did not say %s:\n%s", args[1:], want, said.String())
	}
}

func stopProcess(ts *testscript.TestScript, cmd *exec.Cmd, said *lines) {
	_ = cmd.Process.Signal(syscall.SIGTERM)
	late := time.AfterFunc(20*time.Second, func() { _ = cmd.Process.Kill() })
	defer late.Stop()
	if err := cmd.Wait(); err != nil {
		ts.Logf("%v ended with %v:\n%s", cmd.Args, err, said.String())
	}
}

// lines is what a program said so far.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// read reads to the end, so that the program never waits for us.
func (l *lines) read(s *bufio.Scanner, want *regexp.Regexp, found chan<- []string) {
	told := false
	for s.Scan() {
		l.mu.Lock()
		l.text.WriteString(s.Text() + "\n")
		groups := want.FindStringSubmatch(l.text.String())
		l.mu.Unlock()
		if groups != nil && !told {
			told = true
			found <- groups
		}
	}
}

// pick FILE REGEXP sets a variable for each named group of the first match.
func pick(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: pick FILE REGEXP")
	}
	re, err := regexp.Compile(args[1])
	ts.Check(err)
	groups := re.FindStringSubmatch(ts.ReadFile(args[0]))
	if groups == nil {
		ts.Fatalf("%s does not match %s", args[0], re)
	}
	for i, name := range re.SubexpNames() {
		if name != "" {
			ts.Setenv(name, groups[i])
		}
	}
}

// await PATTERN PROGRAM ARG… runs a program again and again until what it prints
// matches: what a live system learns takes its time.
func await(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: await PATTERN PROGRAM ARG…")
	}
	want, err := regexp.Compile("(?m)" + args[0])
	ts.Check(err)
	for deadline := time.Now().Add(patience); ; time.Sleep(200 * time.Millisecond) {
		ts.Check(ts.Exec(args[1], args[2:]...))
		if want.MatchString(ts.ReadFile("stdout")) {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("%s did not come in %s", args[0], patience)
		}
	}
}

// upload FILE gives the server a capture and waits until it was read: the
// attacks in it need not be waited for.
func upload(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: upload FILE")
	}
	ctx, token := context.Background(), strings.TrimSpace(ts.ReadFile(ts.Getenv("HERON_TOKEN_FILE")))
	c, err := client.New(ts.Getenv("HERON_SERVER"), client.WithToken(token))
	ts.Check(err)
	_, err = c.Upload(ctx, args[0], strings.NewReader(ts.ReadFile(args[0])))
	ts.Check(err)
	for deadline := time.Now().Add(patience); ; {
		list, err := c.Uploads(ctx)
		ts.Check(err)
		switch {
		case len(list) == 1 && list[0].State == "done":
			return
		case time.Now().After(deadline) || len(list) != 1 || list[0].State == "failed":
			ts.Fatalf("upload: %+v", list)
		}
		time.Sleep(50 * time.Millisecond)
	}
}
