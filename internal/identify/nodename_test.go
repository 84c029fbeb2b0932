package identify

import (
	"testing"

	"github.com/heron-iot/heron"
)

func TestWithoutNode(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Linux yf-cnc 3.10.0-957.el7.x86_64 #1 SMP Thu Nov 8 23:39:32 UTC 2018 x86_64": "Linux 3.10.0-957.el7.x86_64 #1 SMP Thu Nov 8 23:39:32 UTC 2018 x86_64",
		"Linux boiler-room 4.19.0-18-amd64 #1 SMP Debian 4.19.208-1 x86_64":            "Linux 4.19.0-18-amd64 #1 SMP Debian 4.19.208-1 x86_64",
		"Linux nvr 5.4.0-91-generic #102-Ubuntu SMP x86_64":                            "Linux 5.4.0-91-generic #102-Ubuntu SMP x86_64",
		// what makers build names their product
		"Linux TS-421 3.4.6 #1 Thu Jan 8 03:31:57 CST 2015 armv5tel": "Linux TS-421 3.4.6 #1 Thu Jan 8 03:31:57 CST 2015 armv5tel",
		"Linux UBNT 2.6.32.71 #1 mips":                               "Linux UBNT 2.6.32.71 #1 mips",
		"Linux 3.10.0-957.el7.x86_64":                                "Linux 3.10.0-957.el7.x86_64",
		"":                                                           "",
	} {
		if got := withoutNode(text); got != want {
			t.Errorf("%q: got %q; want %q", text, got, want)
		}
	}
}

// A host name that stands in a description tells no more than a host name does.
func TestIdentify_hostNameInDescription(t *testing.T) {
	t.Parallel()
	id, err := New()
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"Linux yf-cnc 3.10.0-957.el7.x86_64 #1 SMP Thu Nov 8 23:39:32 UTC 2018 x86_64": heron.Unknown,
		"Linux elevator 4.19.0-18-amd64 #1 SMP Debian 4.19.208-1 x86_64":               heron.Unknown,
		"CNC controller 3.10": "cnc_machine",
	} {
		if got := id.Identify([]heron.Observation{{Key: "snmp.sysdescr", Value: text}}).Identity.Type.Value; got != want {
			t.Errorf("%q: got %q; want %q", text, got, want)
		}
	}
}
