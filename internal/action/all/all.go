// Package all lists the executors.
package all

import (
	"github.com/heron-iot/heron/internal/action"
	"github.com/heron-iot/heron/internal/action/nftables"
)

// Options are the settings of the executors that need any.
type Options struct {
	Nftables nftables.Config
}

// Executors returns every executor, by name.
func Executors(o Options) []action.Executor {
	return []action.Executor{
		nftables.Executor(o.Nftables),
	}
}
