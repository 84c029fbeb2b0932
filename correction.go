package heron

import (
	"slices"
	"strings"
)

// ByUser marks what a person said: in Claim.By, Evidence.Source and in the keys
// of such evidence, as user.lock.
const ByUser = "user"

// Ruling is what a person says of one field of an identity.
type Ruling string

// The rulings.
const (
	// RulingLock: the field is this value, whatever is observed.
	RulingLock Ruling = "lock"
	// RulingConfirm: the value is right as things are; evidence that outweighs a
	// person's word, as after an update, may still change it.
	RulingConfirm Ruling = "confirm"
	// RulingReject: the value is wrong and may not be said of the device.
	RulingReject Ruling = "reject"
)

// Correction is a person's word on what a device is, or how it stands. It is an entry of the
// ledger: it stands until it is taken back there, and moves with the device
// through merges and splits.
type Correction struct {
	ID     string `json:"id"`    // of the entry in the ledger
	Field  string `json:"field"` // of IdentityFields or StandingFields
	Ruling Ruling `json:"ruling"`
	Value  string `json:"value"`
	Actor  string `json:"actor"`
	Reason string `json:"reason,omitempty"`
	Time   Time   `json:"time"`
}

// maxCorrected bounds what a person may say that a device is.
const maxCorrected = 96

// IdentityFields returns the fields of an identity, in the order in which people
// are shown them.
func IdentityFields() []string { return []string{"type", "vendor", "model", "os", "firmware"} }

// Claim returns what the identity says of a field, nil for nothing.
func (i *Identity) Claim(field string) *Claim {
	switch field {
	case "vendor":
		return i.Vendor
	case "model":
		return i.Model
	case "os":
		return i.OS
	case "firmware":
		return i.Firmware
	case "type":
		if i.Type.Value != "" && i.Type.Value != Unknown {
			return &i.Type
		}
	}
	return nil
}

// Claim returns the runner-up of a field, nil for none.
func (r *RunnerUp) Claim(field string) *Claim {
	switch field {
	case "vendor":
		return r.Vendor
	case "model":
		return r.Model
	case "os":
		return r.OS
	case "type":
		return r.Type
	}
	return nil
}

// Validate reports what is wrong with a correction that somebody wants to make.
func (c *Correction) Validate() error {
	if slices.Contains(StandingFields(), c.Field) {
		if c.Ruling != RulingLock {
			return Errorf(CodeInvalid, "%s: it is set with the ruling lock; there is nothing to %s", c.Field, c.Ruling)
		}
		return validateStanding(c.Field, c.Value)
	}
	if !slices.Contains(IdentityFields(), c.Field) {
		return Errorf(CodeInvalid, "field %q: want one of %s", c.Field,
			strings.Join(slices.Concat(IdentityFields(), StandingFields()), ", "))
	}
	switch c.Ruling {
	case RulingLock, RulingConfirm, RulingReject:
	default:
		return Errorf(CodeInvalid, "ruling %q: want lock, confirm or reject", c.Ruling)
	}
	if c.Value == "" && c.Ruling != RulingLock {
		return Errorf(CodeInvalid, "%s: nothing is said of it, so there is nothing to %s", c.Field, c.Ruling)
	}
	if c.Value == "" || len(c.Value) > maxCorrected || c.Value != strings.TrimSpace(c.Value) || strings.ContainsFunc(c.Value, isControl) {
		return Errorf(CodeInvalid, "%s: want a value of 1 to %d bytes, without control characters and without spaces around it", c.Field, maxCorrected)
	}
	if _, known := TypeOf(c.Value); c.Field == "type" && !known {
		return NoType(c.Value)
	}
	return nil
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f }

// InForce returns the corrections that stand, of a list in the order in which
// they were made: a later word on the same thing takes the place of an earlier
// one. Of each field at most one is not a rejection.
func InForce(all []Correction) []Correction {
	var out []Correction
	for _, c := range all {
		out = slices.DeleteFunc(out, func(o Correction) bool { return c.replaces(&o) })
		out = append(out, c)
	}
	return out
}

// replaces reports whether c takes the place of an earlier correction.
func (c *Correction) replaces(o *Correction) bool {
	switch {
	case c.Field != o.Field:
		return false
	case c.Ruling != RulingReject && o.Ruling != RulingReject:
		return true
	}
	return strings.EqualFold(c.Value, o.Value)
}
