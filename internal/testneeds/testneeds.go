// Package testneeds says what a test needs of its machine: root, a program, an address.
// What is missing skips the test, with the command that mends it; where CI is
// set it fails the test, for there nothing is skipped.
package testneeds

import (
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"strconv"
	"testing"
)

// Root skips a test that only root can run: one that makes network namespaces.
func Root(t testing.TB) {
	t.Helper()
	if os.Geteuid() != 0 {
		missing(t, "this test makes network namespaces, which needs root: sudo -E go test")
	}
}

// Program returns the path of a program, of a Debian package.
func Program(t testing.TB, name, pkg string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		missing(t, name+" is not installed: apt-get install "+pkg)
	}
	return path
}

// Ports that Address looks among: below those that systems give to whoever asks for any,
// so that no other test is given one before it is used.
const (
	firstPort = 20000
	lastPort  = 32000
)

// Address returns an address of loopback on which nothing listens, for a server that must
// come back where it was.
func Address(t testing.TB) string {
	t.Helper()
	for range lastPort - firstPort {
		address := net.JoinHostPort("127.0.0.1", strconv.Itoa(firstPort+rand.IntN(lastPort-firstPort)))
		if l, err := net.Listen("tcp", address); err == nil {
			_ = l.Close() // nothing came
			return address
		}
	}
	t.Fatal("no port of loopback is free")
	return ""
}

func missing(t testing.TB, why string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal(why)
	} else {
		t.Skip(why)
	}
}
