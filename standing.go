package heron

import (
	"slices"
	"strconv"
	"strings"
)

// Standing is how a device stands in the plant: how much harm its failure does, and
// where it belongs. What a person said comes first, then what its zone says, then
// what is expected of its type; the zero Held is a value that nobody gives.
type Standing struct {
	Criticality Held `json:"criticality,omitzero"`  // as in Criticalities
	Purdue      Held `json:"purdue_level,omitzero"` // "0" to "5" (ISA-95, IEC 62443); "3.5" is the DMZ
	ZoneKind    Held `json:"zone_kind,omitzero"`    // as Zone.Kind; no person gives it
}

// Held is a value that holds for a device, and by whose word.
type Held struct {
	Value string `json:"value"`
	By    string `json:"by" enum:"user,zone,type"`
	// Actor and Reason are of the person who said so.
	Actor  string `json:"actor,omitempty"`
	Reason string `json:"reason,omitempty"`
}

// Whose word a Held is, beside ByUser.
const (
	ByZone = "zone"
	ByType = "type"
)

// The fields of a Standing that people may set.
const (
	FieldCriticality = "criticality"
	FieldPurdue      = "purdue_level"
)

// StandingFields returns the fields of a standing that people may set.
func StandingFields() []string { return []string{FieldCriticality, FieldPurdue} }

// Criticalities returns how much harm a failure may do, the least first.
func Criticalities() []string { return []string{"low", "medium", "high", "critical"} }

// Held returns what holds of a field that people may set.
func (s *Standing) Held(field string) Held {
	switch field {
	case FieldCriticality:
		return s.Criticality
	case FieldPurdue:
		return s.Purdue
	}
	return Held{}
}

// Urgency is what the risk of a device is multiplied by where work is put in order:
// 0.5, 1, 1.5 or 2 by its criticality, 1 where nobody knows that. The risk itself is
// the same whatever the device is for.
func (s *Standing) Urgency() float64 {
	if i := slices.Index(Criticalities(), s.Criticality.Value); i >= 0 {
		return float64(i+1) / 2
	}
	return 1
}

// PurdueText writes a level as a Held does: "1", "3.5".
func PurdueText(level float64) string { return strconv.FormatFloat(level, 'f', -1, 64) }

// validateStanding reports what is wrong with a value for a field of a standing.
func validateStanding(field, value string) error {
	if field == FieldCriticality {
		if !slices.Contains(Criticalities(), value) {
			return Errorf(CodeInvalid, "criticality %q: want one of %s", value, strings.Join(Criticalities(), ", "))
		}
		return nil
	}
	level, err := strconv.ParseFloat(value, 64)
	if err != nil || value[0] < '0' || value[0] > '5' || level > 5 || PurdueText(level) != value {
		return Errorf(CodeInvalid, "Purdue level %q: want a number from 0 to 5, as 1 or 3.5", value)
	}
	return nil
}
