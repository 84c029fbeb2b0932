// Package e2e holds the tests of the whole: the binary that users run, on
// emulated networks, from the first packet to the last audit entry.
package e2e
