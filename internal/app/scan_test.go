package app

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
)

func TestIsPrinter(t *testing.T) {
	t.Parallel()
	is := func(kind string, confidence float64, by string, keys ...string) bool {
		d := &heron.Device{}
		d.Identity.Type.Value, d.Identity.Type.Confidence, d.Identity.Type.By = kind, confidence, by
		for _, k := range keys {
			d.Evidence = append(d.Evidence, heron.Evidence{Key: k, Supports: "type"})
		}
		return isPrinter(d)
	}
	for name, c := range map[string]struct{ got, want bool }{
		"it says so in IPP":        {is("printer", 0.97, "", "ipp.printer-make-and-model"), true},
		"it announces printing":    {is("multifunction_printer", 0.95, "", "oui", "mdns.service"), true},
		"a person says so":         {is("printer", 1, heron.ByUser), true},
		"the port and the maker":   {is("printer", 0.97, "", "oui", "service"), false},
		"not sure":                 {is("printer", 0.7, "", "ipp.printer-make-and-model"), false},
		"it prints what arrives":   {is("receipt_printer", 1, heron.ByUser, "mdns.service"), false},
		"labels":                   {is("label_printer", 0.99, "", "snmp.sysdescr"), false},
		"another's printer behind": {is("print_server", 0.99, "", "snmp.sysdescr"), false},
		"a control device":         {is("plc", 0.99, "", "snmp.sysdescr"), false},
	} {
		if c.got != c.want {
			t.Errorf("%s: %v, want %v", name, c.got, c.want)
		}
	}
}

// TestHowKnown: a host is asked until its type, maker and model are sure; a controller
// until it was heard in a control protocol as well.
func TestHowKnown(t *testing.T) {
	t.Parallel()
	device := func(kind string, sure, vendor, model float64, roles ...string) *heron.Device {
		d := &heron.Device{Roles: roles}
		d.Identity.Type = heron.Claim{Value: kind, Confidence: sure}
		if vendor > 0 {
			d.Identity.Vendor = &heron.Claim{Value: "Acme", Confidence: vendor}
		}
		if model > 0 {
			d.Identity.Model = &heron.Claim{Value: "X1", Confidence: model}
		}
		return d
	}
	for name, c := range map[string]struct {
		d    *heron.Device
		want probe.Knowledge
	}{
		"nothing":                            {device(heron.Unknown, 0.9, 0.99, 0.99), probe.KnowsLittle},
		"a guess":                            {device("camera", 0.7, 0.99, 0.99), probe.KnowsLittle},
		"nearly the type":                    {device("camera", 0.85, 0.99, 0.99), probe.KnowsType},
		"the type alone":                     {device("camera", 0.99, 0, 0.99), probe.KnowsType},
		"type and maker":                     {device("camera", 0.95, 0.95, 0.7), probe.KnowsKind},
		"all":                                {device("camera", 0.95, 0.95, 0.9), probe.KnowsAll},
		"a controller that SNMP names":       {device("plc", 0.99, 0.99, 0.99), probe.KnowsUnheard},
		"one that said so itself":            {device("plc", 0.99, 0.99, 0.99, "ot"), probe.KnowsAll},
		"a pump, which has no such protocol": {device("infusion_pump", 0.99, 0.99, 0.99), probe.KnowsAll},
		"a panel, which asks":                {device("hmi", 0.99, 0.99, 0.99), probe.KnowsAll},
	} {
		if got := howKnown(c.d); got != c.want {
			t.Errorf("%s: got %d, want %d", name, got, c.want)
		}
	}
}
