package opcua

import (
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/opcua"
	"github.com/heron-iot/heron/internal/wire"
)

// Kinds of token as they are remembered of a flow.
const (
	tokenAnonymous = 1 + iota
	tokenUser
	tokenCertificate
	tokenIssued
)

// request reports what a client asks for. What is read and browsed is reported
// once for each of the last few forms of it on the flow; what changes the server,
// each time.
func (d *dissector) request(service int, r *wire.Reader, m *heron.Message, out dissect.Emitter) {
	kind, polled := kindOf(service)
	if kind == "" {
		return
	}
	opcua.SkipRequestHeader(r)
	if r.Err() != nil {
		return
	}
	switch service {
	case opcua.CreateRequest:
		tellApplication(m.Sender(), opcua.ReadApplication(r), r, out)
		return
	case opcua.ActivateRequest:
		d.activate(r, m, out)
		return
	}
	count, node, method := items(service, r)
	d.text = node.Append(d.text[:0])
	if polled && !dissect.Fresh(m.Flow, service, count, node.Namespace, dissect.Sum(d.text)) {
		return
	}
	attrs := map[string]string{"service": strconv.Itoa(service)}
	if count > 0 && r.Err() == nil {
		attrs["count"] = strconv.Itoa(count)
		attrs["node"] = wire.Text(d.text, 128)
		if service == opcua.CallRequest {
			attrs["method"] = wire.Text(method.Append(nil), 128)
		}
	}
	out.Event(heron.Event{Kind: kind, Attrs: attrs})
}

// kindOf names what a request does, "" for what is not told.
func kindOf(service int) (kind string, polled bool) {
	switch service {
	case opcua.CreateRequest:
		return "opcua.session", false
	case opcua.ActivateRequest:
		return "opcua.login", false
	case opcua.ReadRequest:
		return "opcua.read", true
	case opcua.BrowseRequest:
		return "opcua.browse", true
	case opcua.WriteRequest:
		return "opcua.write", false
	case opcua.CallRequest:
		return "opcua.call", false
	case opcua.HistoryUpdate, opcua.AddNodes, opcua.AddReferences, opcua.DeleteNodes, opcua.DeleteReferences, opcua.RegisterServer:
		return "opcua.configure", false
	}
	return "", false
}

// items returns how many things a request is about, and the first of them; of a
// call also the method (OPC 10000-4 §5.8 to §5.11).
func items(service int, r *wire.Reader) (count int, first, method opcua.NodeID) {
	switch service {
	case opcua.ReadRequest:
		r.Skip(8 + 4) // age, which times
	case opcua.BrowseRequest:
		opcua.ReadNode(r)
		r.Skip(8 + 4 + 4) // view and its time, its version, how many references
	case opcua.WriteRequest, opcua.CallRequest, opcua.DeleteNodes:
	default:
		return 0, first, method
	}
	if count = opcua.Count(r, 2); count == 0 {
		return 0, first, method
	}
	first = opcua.ReadNode(r)
	if service == opcua.CallRequest {
		method = opcua.ReadNode(r)
	}
	return count, first, method
}

// activate reports how a client logs in; never as whom.
func (d *dissector) activate(r *wire.Reader, m *heron.Message, out dissect.Emitter) {
	t := opcua.ReadToken(r)
	name, kind := "", byte(0)
	switch t.Type {
	case opcua.AnonymousToken, 0:
		name, kind = "anonymous", tokenAnonymous
	case opcua.UserNameToken:
		name, kind = "user", tokenUser
	case opcua.CertificateToken:
		name, kind = "certificate", tokenCertificate
	case opcua.IssuedToken:
		name, kind = "issued", tokenIssued
	}
	if r.Err() != nil || name == "" {
		return
	}
	m.Flow.Data[tokenAt] = kind
	out.Event(heron.Event{Kind: "opcua.login", Attrs: map[string]string{"token": name}})
	if t.Clear {
		dissect.ClearLogin(out, "opcua")
	}
}
