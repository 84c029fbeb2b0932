package snmp

// unknownEngines counts the messages for engines that this is not: usmStatsUnknownEngineIDs
// (RFC 3414 §5).
const unknownEngines = "1.3.6.1.6.3.15.1.1.4.0"

// Introduce answers the question for an engine with a Report of who it is (RFC 3414 §4);
// boots and seconds are its clock. What is no such question has no answer, nil.
func Introduce(question, engine []byte, boots, seconds int) []byte {
	in, err := readSecured(question)
	if err != nil || len(in.engine) > 0 || in.flags&flagReportable == 0 {
		return nil
	}
	asked, err := readScoped(&in.rest)
	if err != nil {
		return nil
	}
	report := Message{Kind: Report, RequestID: asked.RequestID, Bindings: []Binding{Int(ParseOID(unknownEngines), TagCounter, 1)}}
	scoped := tlv(nil, TagString, engine)
	scoped = tlv(scoped, TagString, nil)
	s := Session{id: in.id, engine: engine, boots: boots, seconds: seconds}
	return s.message(0, "", 0, nil, tlv(nil, TagSequence, report.appendPDU(scoped)))
}
