package app

import (
	"testing"

	"github.com/heron-iot/heron"
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
