// Package testneeds says what a test needs of its machine: root, or a program.
// What is missing skips the test, with the command that mends it; where CI is
// set it fails the test, for there nothing is skipped.
package testneeds

import (
	"os"
	"os/exec"
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

func missing(t testing.TB, why string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal(why)
	} else {
		t.Skip(why)
	}
}
