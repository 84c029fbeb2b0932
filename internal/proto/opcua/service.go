package opcua

import (
	"math/bits"

	"github.com/heron-iot/heron/internal/wire"
)

// Services by the number of their encoding (OPC 10000-6, annex A).
const (
	ServiceFault      = 397
	FindServersAnswer = 425
	EndpointsRequest  = 428
	EndpointsAnswer   = 431
	RegisterServer    = 437
	OpenRequest       = 446
	OpenAnswer        = 449
	CreateRequest     = 461 // of a session
	CreateAnswer      = 464
	ActivateRequest   = 467
	ActivateAnswer    = 470
	AddNodes          = 488
	AddReferences     = 494
	DeleteNodes       = 500
	DeleteReferences  = 506
	BrowseRequest     = 527
	ReadRequest       = 631
	WriteRequest      = 673
	HistoryUpdate     = 700
	CallRequest       = 712
)

// Tokens by which users are known (OPC 10000-6, annex A).
const (
	AnonymousToken   = 321
	UserNameToken    = 324
	CertificateToken = 327
	IssuedToken      = 940
)

// SkipRequestHeader passes over a request's header (OPC 10000-4 §7.33).
func SkipRequestHeader(r *wire.Reader) {
	ReadNode(r)
	r.Skip(8 + 4 + 4) // time, handle, diagnostics wanted
	String(r)
	r.Skip(4)
	extension(r)
}

// ReadResponseHeader passes over an answer's header and returns its result
// (OPC 10000-4 §7.34).
func ReadResponseHeader(r *wire.Reader) int {
	r.Skip(8 + 4)
	result := r.U32LE()
	skipDiagnostics(r)
	Strings(r, nil)
	extension(r)
	return result
}

// skipDiagnostics passes over diagnostics, which may be nested (OPC 10000-6
// §5.2.2.12).
func skipDiagnostics(r *wire.Reader) {
	const numbers, text, status, inner = 0x0f, 0x10, 0x20, 0x40
	for mask := inner; mask&inner != 0 && r.Err() == nil; {
		mask = r.U8()
		r.Skip(4 * bits.OnesCount(uint(mask&numbers)))
		if mask&text != 0 {
			String(r)
		}
		if mask&status != 0 {
			r.Skip(4)
		}
	}
}

// Application is the description of one (OPC 10000-4 §7.2). Borrowed.
type Application struct {
	URI, Product, Name []byte
	Type               int // 0 server, 1 client, 2 both, 3 discovery server
}

// ReadApplication reads a description.
func ReadApplication(r *wire.Reader) Application {
	a := Application{URI: String(r), Product: String(r), Name: LocalizedText(r), Type: r.U32LE()}
	String(r)
	String(r)
	Strings(r, nil)
	return a
}

// AppendApplication adds a description to b.
func AppendApplication(b []byte, uri, product, name string, kind byte) []byte {
	b = AppendString(AppendString(b, uri), product)
	b = AppendString(append(b, 2), name)
	b = append(b, kind, 0, 0, 0)
	const null = "\xff\xff\xff\xff"
	return append(b, null+null+null...)
}

// Endpoint is what a server offers (OPC 10000-4 §7.14). Borrowed.
type Endpoint struct {
	URL    []byte
	Server Application
	Mode   int // 1 none, 2 signed, 3 signed and encrypted
	Policy []byte
	Tokens byte // bit 0 anonymous, 1 user, 2 certificate, 3 issued
}

// ReadEndpoint reads an endpoint.
func ReadEndpoint(r *wire.Reader) Endpoint {
	e := Endpoint{URL: String(r), Server: ReadApplication(r)}
	String(r) // certificate
	e.Mode, e.Policy = r.U32LE(), String(r)
	for range Count(r, 20) {
		String(r)
		e.Tokens |= 1 << (r.U32LE() & 7)
		String(r)
		String(r)
		String(r)
	}
	String(r)
	r.Skip(1)
	return e
}

// Token is how a user is known to a server. Clear tells that a password came with
// nothing around it.
type Token struct {
	Type  int
	Clear bool
}

// ReadToken reads the part of an ActivateSession request after its header
// (OPC 10000-4 §5.6.3).
func ReadToken(r *wire.Reader) Token {
	String(r)
	String(r) // signature
	for range Count(r, 8) {
		String(r)
		String(r)
	}
	Strings(r, nil)
	id, content := extension(r)
	t := Token{Type: id.Number}
	if t.Type != UserNameToken {
		return t
	}
	body := wire.NewReader(content)
	String(&body)
	String(&body)
	password := String(&body)
	t.Clear = len(password) > 0 && len(String(&body)) == 0 && body.Err() == nil
	return t
}
