package e2e_test

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// binary builds the program once for all tests.
var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "heron-e2e-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "heron")
	out, err := exec.Command("go", "build", "-o", path, "../cmd/heron").CombinedOutput()
	if err != nil {
		return string(out), err
	}
	return path, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if path, err := binary(); err == nil {
		_ = os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(code)
}

// process is a running heron.
type process struct {
	cmd      *exec.Cmd
	url      string
	password string // of admin, where this was the first start
	log      *log
}

// log is what a process wrote to its error stream.
type log struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// command returns a command that is not started yet; prefix runs it somewhere.
func command(t *testing.T, prefix []string, args ...string) *exec.Cmd {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatalf("build: %v\n%s", err, path)
	}
	argv := append(append(append([]string{}, prefix...), path), args...)
	return exec.Command(argv[0], argv[1:]...)
}

// start runs a server and waits until it tells its address.
func start(t *testing.T, prefix []string, args ...string) *process {
	t.Helper()
	p := &process{cmd: command(t, prefix, args...), log: &log{}}
	p.cmd.Stderr = p.log
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.stop(t)
		if t.Failed() {
			t.Logf("log of heron %s:\n%s", strings.Join(args, " "), p.log)
		}
	})
	told := make(chan struct{})
	go p.listen(bufio.NewScanner(out), told)
	select {
	case <-told:
	case <-time.After(2 * time.Minute):
		t.Fatalf("heron %s did not start:\n%s", strings.Join(args, " "), p.log)
	}
	return p
}

// listen reads the address and the password from the output.
func (p *process) listen(s *bufio.Scanner, told chan struct{}) {
	for s.Scan() {
		words := strings.Fields(s.Text())
		for i, w := range words {
			switch {
			case strings.HasPrefix(w, "http://") || strings.HasPrefix(w, "https://"):
				p.url = w
			case w == "password" && i+1 < len(words):
				p.password = words[i+1]
			}
		}
		// An empty line ends what a server tells.
		if p.url != "" && len(words) == 0 && told != nil {
			close(told)
			told = nil
		}
	}
}

// stop ends the process in order.
func (p *process) stop(t *testing.T) {
	t.Helper()
	if p.cmd.ProcessState != nil {
		return
	}
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	ended := make(chan error, 1)
	go func() { ended <- p.cmd.Wait() }()
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("heron ended with %v:\n%s", err, p.log)
		}
	case <-time.After(2 * time.Minute):
		t.Errorf("heron did not stop within 20 s:\n%s", p.log)
		_ = p.cmd.Process.Kill()
		<-ended
	}
}

// kill ends the process as a power cut would.
func (p *process) kill(t *testing.T) {
	t.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = p.cmd.Wait()
}

func writeFile(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
