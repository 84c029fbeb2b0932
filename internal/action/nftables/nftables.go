// Package nftables is the executor that quarantines devices at a Linux gateway.
package nftables

import (
	"net/netip"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/action"
)

// Config says where and within which bounds to quarantine.
type Config struct {
	// Management are the addresses that must never be cut: the path to release.
	Management []netip.Prefix
	// NetNS is a file descriptor of the network namespace to act in; 0 is our own.
	NetNS int
}

// Executor returns the executor.
func Executor(c Config) action.Executor {
	return action.Executor{Name: "nftables", Operations: []heron.Operation{heron.OpQuarantine}, Safety: action.Network}
}
