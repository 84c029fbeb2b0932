package mms_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/heron-iot/heron/internal/probe/mms"
	"github.com/heron-iot/heron/internal/probe/probetest"
	"github.com/heron-iot/heron/internal/proto/ber"
	"github.com/heron-iot/heron/internal/proto/cotp"
)

func v(tag int, parts ...[]byte) []byte { return ber.Append(nil, tag, parts...) }

func inSession(pdu []byte) []byte {
	data := v(0x61, v(0x30, ber.AppendInt(nil, 3), v(0xa0, pdu)))
	return cotp.AppendData(nil, cotp.AppendSession(nil, cotp.Transfer, data), true)
}

// accept is what a relay says to an association.
func accept() []byte {
	init := v(0xa9, v(0x80, []byte{0x7d, 0}), v(0x81, []byte{1}), v(0x82, []byte{1}), v(0xa4, v(0x80, []byte{1})))
	external := v(0x28, v(6, []byte{0x51, 1}), ber.AppendInt(nil, 3), v(0xa0, init))
	acse := v(0x61, v(0xa1, v(6, []byte{0x28, 0xca, 0x22, 2, 3})), v(0xbe, external))
	user := v(0x61, v(0x30, ber.AppendInt(nil, 1), v(0xa0, acse)))
	cpa := v(0x31, v(0xa0, v(0x80, []byte{1})), v(0xa2, v(0x83, []byte{0, 0, 0, 1}), user))
	return cotp.AppendData(nil, cotp.AppendSession(nil, cotp.Accept, cpa), true)
}

// relay gives the answers of one.
func relay() [][]byte {
	identity := v(0xa1, ber.AppendInt(nil, 1), v(0xa2, v(0x80, []byte("Example Relays")), v(0x81, []byte("R500")), v(0x82, []byte("2.1.0"))))
	return [][]byte{
		cotp.AppendConnect(nil, cotp.ConnectConfirm, 1, 7, []byte{0, 1}, []byte{0, 1}),
		accept(), inSession(identity), inSession(v(0x8c)),
	}
}

func TestProbe(t *testing.T) {
	t.Parallel()
	answers := relay()
	probetest.Run(t, mms.Probe(), []probetest.Case{
		{Name: "relay", Answer: answers[0], Then: answers[1:], Want: map[string]string{
			"service.protocol": "tcp/102/mms", "mms.server": "yes", "mms.vendor": "Example Relays", "mms.model": "R500", "mms.revision": "2.1.0",
		}},
		{
			Name: "no association", Answer: answers[0],
			Then: [][]byte{cotp.AppendData(nil, cotp.AppendSession(nil, cotp.Refuse, nil), true)},
			Want: map[string]string{"service.protocol": "tcp/102/mms"},
		},
		{Name: "refused", Answer: []byte{3, 0, 0, 11, 6, 0x80, 0, 1, 0, 0, 3}, Want: map[string]string{"service.protocol": "tcp/102/cotp"}},
	})
}

// TestNothingButTheIdentityMayBeSent tries a write, and a read that is another.
func TestNothingButTheIdentityMayBeSent(t *testing.T) {
	t.Parallel()
	p := mms.Probe()
	for _, pdu := range [][]byte{
		v(0xa0, ber.AppendInt(nil, 1), v(0xa5, v(0xa0, v(0x83, []byte{1})))),
		v(0xa0, ber.AppendInt(nil, 1), v(0xa1, v(0xa0, v(0x80, []byte{9})))),
	} {
		if p.Allow(inSession(pdu)) == nil {
			t.Errorf("% x may be sent", pdu)
		}
	}
	requests := p.Requests(t.Context(), probetest.Target(&p))
	if len(requests) != 4 || !bytes.Contains(requests[2], []byte{0x82, 0}) {
		t.Errorf("planned are % x", requests)
	}
}

func FuzzProbe(f *testing.F) { probetest.Fuzz(f, mms.Probe(), slices.Concat(relay()...)) }
