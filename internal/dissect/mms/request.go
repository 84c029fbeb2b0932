package mms

import (
	"bytes"
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/ber"
	"github.com/heron-iot/heron/internal/wire"
)

// Services of a confirmed request (ISO 9506-2 §7.2).
const (
	getNameList   = 1
	identify      = 2
	rename        = 3
	read          = 4
	write         = 5
	getAttributes = 6
	defineVar     = 7 // to 10, 13: variables are defined and deleted
	defineList    = 11
	listAttribute = 12
	deleteList    = 13
	takeControl   = 19
	relinquish    = 20
	download      = 26 // to 28
	upload        = 29 // to 31
	domainStore   = 33
	deleteDomain  = 36
	createProgram = 38
	deleteProgram = 39
	start         = 40
	stop          = 41
	resume        = 42
	reset         = 43
	kill          = 44
	obtainFile    = 46
	fileOpen      = 72
	fileRename    = 75
	fileDelete    = 76
	fileDirectory = 77
)

// readService reads the tag of a service, which has two octets from 31 on.
func readService(r *wire.Reader) (int, wire.Reader) {
	n := r.U8() & 0x1f
	if n == 0x1f {
		n = r.U8()
	}
	return n, r.Sub(min(ber.Length(r), r.Len()))
}

// kindOf names what a request does, "" for what tells nothing. polled says that
// it is asked for ever, so that each form is told once.
func kindOf(service int) (kind string, polled bool) {
	switch service {
	case getNameList, identify, getAttributes, listAttribute, fileDirectory:
		return "mms.browse", true
	case read:
		return "mms.read", true
	case write:
		return "mms.write", false
	case rename, defineVar, defineVar + 1, defineVar + 2, defineVar + 3, defineList, deleteList:
		return "mms.configure", false
	case takeControl, relinquish:
		return "mms.semaphore", false
	case download, download + 1, download + 2:
		return "mms.download", service != download
	case upload, upload + 1, upload + 2, domainStore:
		return "mms.upload", service == upload+1
	case deleteDomain, createProgram, deleteProgram:
		return "mms.program", false
	case start, resume, reset:
		return "mms.start", false
	case stop, kill:
		return "mms.stop", false
	case fileOpen, fileRename, fileDelete, obtainFile:
		return "mms.file", false
	}
	return "", false
}

// request reports what a client orders. What it polls is reported once for each
// of the last few forms of it on the flow; what changes the device, each time.
func request(r *wire.Reader, m *heron.Message, out dissect.Emitter) {
	invoke := ber.GetInt(r)
	if ber.Peek(r) == ber.Sequence {
		ber.Next(r) // modifiers
	}
	service, body := readService(r)
	kind, polled := kindOf(service)
	if r.Err() != nil || kind == "" {
		return
	}
	if service == getNameList && isDomainList(body) {
		asksDomains(m.Flow, invoke)
	}
	domain, item := names(service, body)
	functional := constraint(item)
	if control := string(functional); service == write && control == "CO" {
		kind = "mms.control" // IEC 61850-8-1 §20
	} else if service == read && control == "CO" && bytes.HasSuffix(item, []byte("$SBO")) {
		kind, polled = "mms.select", false
	}
	if polled && !dissect.Fresh(m.Flow, service, dissect.Sum(domain), dissect.Sum(item)) {
		return
	}
	attrs := map[string]string{"service": strconv.Itoa(service)}
	for _, a := range [...]struct {
		key   string
		value []byte
	}{{"domain", domain}, {"item", item}, {"constraint", functional}} {
		if len(a.value) > 0 {
			attrs[a.key] = wire.Text(a.value, 128)
		}
	}
	out.Event(heron.Event{Kind: kind, Attrs: attrs})
}

// constraint returns the functional constraint in a name of IEC 61850
// ("XCBR1$CO$Pos$Oper"), nil when there is none (IEC 61850-8-1 §7.3).
func constraint(item []byte) []byte {
	_, rest, ok := bytes.Cut(item, []byte("$"))
	code, _, _ := bytes.Cut(rest, []byte("$"))
	if !ok || len(code) != 2 || bytes.ContainsFunc(code, func(c rune) bool { return c < 'A' || c > 'Z' }) {
		return nil
	}
	return code
}

// isDomainList reports whether getNameList asks for the domains (§10.7): class 9
// of the whole device.
func isDomainList(r wire.Reader) bool {
	class := ber.Get(&r, 0xa0)
	_, number := ber.Next(&class)
	return ber.Int(&number) == 9 && number.Err() == nil
}

// names returns the domain and the item that a request names first; for files and
// programs the name is the item.
func names(service int, r wire.Reader) (domain, item []byte) {
	switch service {
	case takeControl, relinquish, download, upload, deleteDomain, identify, createProgram,
		deleteProgram, start, stop, resume, reset, kill, fileOpen, fileRename, fileDelete, obtainFile, fileDirectory:
		return nil, firstText(r, 6)
	}
	return firstName(r, 8)
}

// firstName looks for an object name: 0xa1 with two identifiers of a domain, or
// one identifier of the whole device (§7.3), at most so many layers down.
func firstName(r wire.Reader, depth int) (domain, item []byte) {
	for r.Len() > 0 && depth > 0 {
		tag, body := ber.Cut(&r)
		switch {
		case tag == 0xa1 && ber.Peek(&body) == visibleString:
			_, first := ber.Next(&body)
			_, second := ber.Next(&body)
			return first.Rest(), second.Rest()
		case tag == 0x80 || tag == 0x81 || tag == visibleString:
			if text := body.Rest(); len(text) > 1 && wire.Printable(text) {
				return nil, text
			}
		case tag&0x20 != 0:
			if domain, item = firstName(body, depth-1); item != nil {
				return domain, item
			}
		}
	}
	return nil, nil
}

// firstText returns the first printable string at most so many layers down.
func firstText(r wire.Reader, depth int) []byte {
	if depth > 0 && r.Len() > 0 && ber.Peek(&r) >= 0x20 && ber.Peek(&r) < 0x7f && ber.Peek(&r) != 0x30 {
		return printable(r)
	}
	for r.Len() > 0 && depth > 0 {
		tag, body := ber.Cut(&r)
		if tag&0x20 == 0 {
			if text := body.Rest(); len(text) > 1 && wire.Printable(text) {
				return text
			}
			continue
		}
		if text := firstText(body, depth-1); text != nil {
			return text
		}
	}
	return nil
}

// printable returns all that is left when it is text: a service whose argument is
// a bare identifier has nothing around it.
func printable(r wire.Reader) []byte {
	if text := r.Rest(); wire.Printable(text) {
		return text
	}
	return nil
}

const visibleString = 0x1a
