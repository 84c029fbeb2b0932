package browser_test

import (
	"strings"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/dissect/browser"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/proto/nbns"
	"github.com/heron-iot/heron/internal/wire"
)

func datagram(announcement string) string {
	names := " " + nbns.EncodeName("NAS1", 0) + "\x00 " + nbns.EncodeName("PLANT", 0x1d) + "\x00"
	body := names + "\xffSMB\x25" + strings.Repeat("\x00", 60) + "\\MAILSLOT\\BROWSE\x00" + announcement
	return "\x11\x02\x00\x07\xc0\x00\x02\x05\x00\x8a" + string([]byte{byte(len(body) >> 8), byte(len(body)), 0, 0}) + body
}

func suite() dissecttest.Suite {
	pad := func(s string) string { return s + strings.Repeat("\x00", 16-len(s)) }
	talk := func(name, announcement string) dissecttest.Conversation {
		return dissecttest.Conversation{
			Name: name, Transport: heron.UDP, ClientPort: 51000, ServerPort: 138,
			Steps: []dissecttest.Step{dissecttest.C(datagram(announcement))},
		}
	}
	return dissecttest.Suite{
		Protocol: browser.Protocol,
		Conversations: []dissecttest.Conversation{
			talk("host", "\x01\x00\x60\xea\x00\x00"+pad("NAS1")+"\x06\x01\x03\x9a\x80\x00\x0f\x01\x55\xaaSynology NAS\x00"),
			talk("domain", "\x0c\x00\x60\xea\x00\x00"+pad("PLANT")+"\x04\x09\x00\x10\x00\x80\x0f\x01\x55\xaaNAS1\x00"),
		},
	}
}

func TestBrowser(t *testing.T) { suite().Run(t) }

// An announcement is a message of SMB, where it is one.
func TestSMBIsNamed(t *testing.T) {
	t.Parallel()
	whole := datagram("\x01" + strings.Repeat("\x00", 40))
	for payload, want := range map[string]string{whole: "smb", strings.Replace(whole, "SMB", "XYZ", 1): ""} {
		m := heron.Message{Transport: heron.UDP, FromClient: true, Payload: []byte(payload), Flow: &heron.FlowScratch{}}
		r := wire.NewReader(m.Payload)
		v, err := browser.Protocol().Dissect(&r, &m, dissecttest.NewRecorder(dissect.CollectorConfig{}))
		if v.Carries != want || err != nil {
			t.Errorf("carries %q, want %q: %v", v.Carries, want, err)
		}
	}
}

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
