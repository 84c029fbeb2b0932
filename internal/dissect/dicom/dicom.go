// Package dicom reads the associations of medical imaging devices: which
// applications speak, on which software, what they ask of each other, and which
// equipment made the images that they send. Patients and images are never looked
// at.
package dicom

import (
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyTitle   = "dicom.ae_title"             // of the application entity
	keyClass   = "dicom.implementation_class" // identifier of its software
	keyVersion = "dicom.implementation_version"
	keyService = "dicom.sop_class" // what it offers, or asks for
)

// Types of protocol data units (PS3.8 §9.3).
const (
	associateRequest = 1 + iota
	associateAccept
	associateReject
	data
	releaseRequest
	releaseAnswer
	abort
)

// Items of an association (PS3.8 §9.3.2, PS3.7 annex D.3.3).
const (
	itemApplication  = 0x10
	itemPresentation = 0x20
	itemAbstract     = 0x30
	itemUser         = 0x50
	itemClass        = 0x52
	itemVersion      = 0x55
	itemIdentity     = 0x58
)

const (
	headerSize    = 6
	fixedPart     = 68 // of an association, before its items
	maxAssociate  = 1 << 16
	maxData       = 1 << 24
	dicomContext  = "1.2.840.10008.3.1.1.1"
	titleSize     = 16
	maxTitleIndex = 20 // objects that are told of an association
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	return dissect.Protocol{
		Name:         "dicom",
		Over:         dissect.OverTCP,
		Ports:        []uint16{104, 11112, 4242, 2761, 2762},
		Spec:         "DICOM PS3.8 §9.3 (upper layer), PS3.7 §9.3 and annex D (messages and user information)",
		EveryMessage: true,
		Probe: func(b []byte, fromClient bool) bool {
			n, err := frame(b)
			r := wire.NewReader(b)
			return err == nil && n > 0 && r.U8() == associateRequest && fromClient
		},
		Starts:  []byte{associateRequest},
		Frame:   frame,
		Dissect: read,
	}
}

// frame returns the length of a unit.
func frame(b []byte) (int, error) {
	r := wire.NewReader(b)
	kind, zero, length := r.U8(), r.U8(), r.U32()
	if len(b) > 1 && (kind < associateRequest || kind > abort || zero != 0) {
		return 0, dissect.ErrNotMine
	}
	if r.Err() != nil {
		return 0, nil
	}
	switch kind {
	case associateRequest, associateAccept:
		version := wire.NewReader(r.Peek(min(r.Len(), 4)))
		v, reserved := version.U16(), version.U16()
		if length < fixedPart || length > maxAssociate || version.Err() == nil && (v&1 == 0 || reserved != 0) {
			return 0, dissect.ErrNotMine
		}
	case data:
		if length < 6 || length > maxData {
			return 0, dissect.ErrNotMine
		}
	default:
		if length != 4 {
			return 0, dissect.ErrNotMine
		}
	}
	return headerSize + length, nil
}

// atMine is the place in heron.FlowScratch.Data of whether an association was read:
// a flow that was another protocol's has none.
const atMine = 0

func read(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	kind := r.U8()
	r.Skip(5)
	if m.Flow.Data[atMine] == 0 && kind > associateAccept {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	switch kind {
	case associateRequest, associateAccept:
		if (kind == associateRequest) != m.FromClient || !associate(kind, r, m, out) {
			return heron.Verdict{}, dissect.ErrNotMine
		}
		m.Flow.Data[atMine] = 1
	case associateReject:
		r.Skip(1)
		attrs := map[string]string{"result": strconv.Itoa(r.U8()), "source": strconv.Itoa(r.U8()), "reason": strconv.Itoa(r.U8())}
		out.Event(heron.Event{Kind: "dicom.reject", Attrs: attrs})
	case data:
		values(r, m, out)
	}
	return heron.Verdict{}, nil
}

// associate reads a request for an association, or its acceptance, which repeats
// the titles of the request.
func associate(kind int, r *wire.Reader, m *heron.Message, out dissect.Emitter) bool {
	r.Skip(4)
	called, calling := title(r.Bytes(titleSize)), title(r.Bytes(titleSize))
	r.Skip(32)
	items := *r
	if first, content := item(&items); first != itemApplication || string(content.Rest()) != dicomContext || called == nil || calling == nil {
		return false
	}
	if kind == associateRequest {
		out.Observe(heron.Subject{Endpoint: m.Src}, keyTitle, calling)
	} else {
		out.Observe(m.Sender(), keyTitle, called)
	}
	for told := 0; items.Len() > 0; {
		tag, content := item(&items)
		switch {
		case tag == itemUser:
			user(&content, m, out)
		case tag == itemPresentation && kind == associateRequest && told < maxTitleIndex:
			content.Skip(4)
			if abstract, uid := item(&content); abstract == itemAbstract {
				out.Observe(heron.Subject{Endpoint: m.Src}, keyService, wire.Unpad(uid.Rest()))
				told++
			}
		}
	}
	return true
}

// item reads one item; what is not whole fails r.
func item(r *wire.Reader) (tag int, content wire.Reader) {
	tag = r.U8()
	r.Skip(1)
	return tag, r.Sub(r.U16())
}

// title returns a title without its spaces, nil when it can be none.
func title(b []byte) []byte {
	b = wire.Unpad(b)
	if !wire.Printable(b) {
		return nil
	}
	return b
}

// user reads what the software says of itself. A user's name may be there as
// well: only that it came in clear is told, as a password does (PS3.7 §D.3.3.7).
func user(r *wire.Reader, m *heron.Message, out dissect.Emitter) {
	for r.Len() > 0 {
		tag, content := item(r)
		switch tag {
		case itemClass:
			out.Observe(m.Sender(), keyClass, wire.Unpad(content.Rest()))
		case itemVersion:
			out.Observe(m.Sender(), keyVersion, wire.Unpad(content.Rest()))
		case itemIdentity:
			const userAndPassword = 2
			if content.U8() == userAndPassword && m.FromClient {
				dissect.ClearLogin(out, "dicom")
			}
		}
	}
}

// atSet is where heron.FlowScratch.Data says, of the client and of the server, that
// the data set that comes next is what equipment made.
const atSet = 1

// values reads the commands among the values of a data unit (PS3.8 §9.3.5.1), and
// where the data set of an image begins. Of a great unit the end may be missing.
func values(r *wire.Reader, m *heron.Message, out dissect.Emitter) {
	const isCommand = 1
	next := &m.Flow.Data[atSet]
	if !m.FromClient {
		next = &m.Flow.Data[atSet+1]
	}
	for r.Len() > 0 {
		value := r.Sub(min(r.U32(), r.Len()))
		value.Skip(1) // presentation context
		switch isSet := value.U8()&isCommand == 0; {
		case value.Err() != nil:
			return
		case isSet && *next != 0:
			*next = 0
			equipment(&value, m.Sender(), out)
		case !isSet:
			*next = 0
			if code := command(&value, out); code == storeRequest || code == createRequest {
				*next = 1
			}
		}
	}
}

// Elements of a command, all of group 0 (PS3.7 annex E).
const (
	elementSOPClass = 0x0002
	elementCommand  = 0x0100
	elementStatus   = 0x0900
)

// Commands whose data set tells what made an image, or makes one (PS3.7 annex E.1).
const (
	storeRequest  = 0x0001
	createRequest = 0x0140
)

// command makes an event of a request, or of a refusal, and returns its code.
// Commands are always in the implicit little-endian form (PS3.7 §6.3.1).
func command(r *wire.Reader, out dissect.Emitter) (code int) {
	code, status := -1, 0
	var class []byte
	for r.Len() > 0 {
		group, element := r.U16LE(), r.U16LE()
		content := r.Sub(r.U32LE())
		if group != 0 {
			return code
		}
		switch element {
		case elementSOPClass:
			class = wire.Unpad(content.Rest())
		case elementCommand:
			code = content.U16LE()
		case elementStatus:
			status = content.U16LE()
		}
	}
	const response, failure = 0x8000, 0xa000
	kind := kindOf(code &^ response)
	switch {
	case kind == "" || code < 0:
		return code
	case code&response != 0:
		if status < failure {
			return code
		}
		kind = "dicom.failure"
	}
	attrs := map[string]string{"function": strconv.Itoa(code &^ response)}
	if text := wire.Text(class, 64); text != "" {
		attrs["sop_class"] = text
	}
	if status >= failure {
		attrs["status"] = strconv.FormatInt(int64(status), 16)
	}
	out.Event(heron.Event{Kind: kind, Attrs: attrs})
	return code
}

// kindOf returns the kind of event of a command (PS3.7 annex E.1).
func kindOf(code int) string {
	switch code {
	case 0x0001:
		return "dicom.store"
	case 0x0010:
		return "dicom.get"
	case 0x0020:
		return "dicom.find"
	case 0x0021:
		return "dicom.move"
	case 0x0030:
		return "dicom.echo"
	case 0x0120, 0x0130, 0x0140, 0x0150: // N-SET, N-ACTION, N-CREATE, N-DELETE
		return "dicom.change"
	}
	return ""
}
