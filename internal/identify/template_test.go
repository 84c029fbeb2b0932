package identify_test

import "testing"

func TestClaims_pass_through_filters(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ filter, value, want string }{
		{"version", "V3.2.7", "3.2.7"},
		{"version", "FW: V.11.00.02", "11.00.02"},
		{"version", "2.10-rc1 build 7", "2.10-rc1"},
		{"version", "none", ""},
		{"vendor", "Signify Netherlands B.V.", "Philips"},
		{"bacnet", "36", "Tridium"},
		{"odva", "65535", ""},
		{"profinet", "2A", "Siemens"},
	} {
		id := with(t, `- {id: a.b, match: [{key: k, exists: true}], yields: {model: ["${value:`+c.filter+`}", 5]}}`)
		got := ""
		if m := id.Identify(seen("k=" + c.value)).Identity.Model; m != nil {
			got = m.Value
		}
		if got != c.want {
			t.Errorf("%s of %q: got %q, want %q", c.filter, c.value, got, c.want)
		}
	}
}
