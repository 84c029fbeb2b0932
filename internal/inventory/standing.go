package inventory

import (
	"slices"

	"github.com/heron-iot/heron"
)

// standing works out how a device stands: by a person's word, else by its zone's,
// else by what is expected of its type, where that is known.
func (v *Inventory) standing(r *record, d *heron.Device) heron.Standing {
	var s heron.Standing
	if t, known := heron.TypeOf(d.Identity.Type.Value); known && t.Name != heron.Unknown {
		s = heron.Standing{
			Criticality: heron.Held{Value: t.Criticality, By: heron.ByType},
			Purdue:      heron.Held{Value: heron.PurdueText(t.Purdue), By: heron.ByType},
		}
		if t.Zone != "" {
			s.ZoneKind = heron.Held{Value: t.Zone, By: heron.ByType}
		}
	}
	if z := v.zone(d.Zone); z != nil {
		standIn(&s, z)
	}
	for _, c := range v.corrections(r.nodes) {
		held := heron.Held{Value: c.Value, By: heron.ByUser, Actor: c.Actor, Reason: c.Reason}
		switch c.Field {
		case heron.FieldCriticality:
			s.Criticality = held
		case heron.FieldPurdue:
			s.Purdue = held
		}
	}
	return s
}

// standIn puts what a zone says in the place of what a type says.
func standIn(s *heron.Standing, z *heron.Zone) {
	if z.Kind != "" {
		s.ZoneKind = heron.Held{Value: z.Kind, By: heron.ByZone}
	}
	if z.Criticality != "" {
		s.Criticality = heron.Held{Value: z.Criticality, By: heron.ByZone}
	}
	if z.Purdue != nil {
		s.Purdue = heron.Held{Value: heron.PurdueText(*z.Purdue), By: heron.ByZone}
	}
}

// zone returns the zone with that id, nil for none.
func (v *Inventory) zone(id string) *heron.Zone {
	i := slices.IndexFunc(v.options.Zones, func(z heron.Zone) bool { return z.ID == id })
	if id == "" || i < 0 {
		return nil
	}
	return &v.options.Zones[i]
}

// aboutIdentity leaves of what people said what is about the identity.
func aboutIdentity(said []heron.Correction) []heron.Correction {
	return slices.DeleteFunc(said, func(c heron.Correction) bool { return slices.Contains(heron.StandingFields(), c.Field) })
}

// standingChange says in words what became different in how a device stands, but
// for what follows from its type.
func standingChange(a, b *heron.Standing) (parts []string) {
	say := func(what string, was, is heron.Held) {
		switch {
		case was.Value == is.Value, was.By != heron.ByUser && is.By != heron.ByUser:
		case was.Value == "":
			parts = append(parts, what+" is "+is.Value)
		case is.Value == "":
			parts = append(parts, what+" is no longer known")
		default:
			parts = append(parts, what+" is "+is.Value+", not "+was.Value)
		}
	}
	say("criticality", a.Criticality, b.Criticality)
	say("Purdue level", a.Purdue, b.Purdue)
	return parts
}
