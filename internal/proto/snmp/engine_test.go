package snmp_test

import (
	"testing"

	"github.com/heron-iot/heron/internal/proto/snmp"
)

// An engine that introduces itself is known to who asked, and answers nothing else.
func TestIntroduce(t *testing.T) {
	t.Parallel()
	s := snmp.NewSession(snmp.User{Name: "heron"}, 1)
	question, err := s.Seal(&snmp.Message{Kind: snmp.Get, RequestID: 7})
	if err != nil {
		t.Fatal(err)
	}
	engine := []byte("\x80\x00\x00\x09\x03\x02\x00\x00\x00\x00\x05")
	m, err := s.Open(snmp.Introduce(question, engine, 3, 4711))
	if err != nil || m.Kind != snmp.Report || m.RequestID != 7 || !s.Known() {
		t.Fatalf("got %+v, %v; known: %v", m, err, s.Known())
	}
	known, err := s.Seal(&snmp.Message{Kind: snmp.Get, RequestID: 8})
	if err != nil {
		t.Fatal(err)
	}
	plain := snmp.Message{Version: snmp.Version2c, Community: "public", Kind: snmp.Get}
	for name, b := range map[string][]byte{"a question to a known engine": known, "version 2c": plain.Append(nil), "nothing": nil} {
		if got := snmp.Introduce(b, engine, 3, 4711); got != nil {
			t.Errorf("%s: answered with %x", name, got)
		}
	}
}
