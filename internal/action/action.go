// Package action changes devices and the network: with a plan first, an
// approval, a backup, verification by read-back, and a way back. It holds what
// an executor is and the runner that moves an action through its states (see
// docs/state-action.md). One folder below it holds one executor; all lists
// them; actiontest is their suite.
//
// Safety is enforced here, not in executors: nothing runs without approval, a
// control device needs its name typed, every quarantine has a timer, and an
// action cut short is read back before anything else is done.
package action

import (
	"context"

	"github.com/heron-iot/heron"
)

// Safety classes what an operation may disturb.
type Safety uint8

// The classes.
const (
	ReadOnly   Safety = iota // looks only
	Network                  // changes the network around the device
	Device                   // changes the device
	Disruptive               // may stop it: reboot, firmware
)

// Executor describes one way to change something.
type Executor struct {
	Name       string
	Doc        string
	Operations []heron.Operation
	Safety     Safety
	// Available says whether this machine can do it, and how to mend what is missing.
	Available func(ctx context.Context) error
	// Plan says exactly what Do would change; it changes nothing.
	Plan func(ctx context.Context, t Target) (heron.ActionPlan, error)
	// Backup returns what Undo needs.
	Backup func(ctx context.Context, t Target) (string, error)
	// Do makes the change; doing it twice is the same as once.
	Do func(ctx context.Context, t Target) error
	// Verify reads the change back and returns the proof in words.
	Verify func(ctx context.Context, t Target) (string, error)
	// Undo restores what Backup saw; undoing twice is the same as once.
	Undo func(ctx context.Context, t Target, backup string) error
}

// Target is what an action is about.
type Target struct {
	Action heron.Action
	Device heron.Device
}
