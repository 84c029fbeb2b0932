package lab

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/wire"
)

// IPP operations and tags (RFC 8011 §4, RFC 8010 §3.5).
const (
	ippPrintJob         = 0x0002
	ippGetAttributes    = 0x000b
	ippOperationGroup   = 0x01
	ippEnd              = 0x03
	ippPrinterGroup     = 0x04
	ippText             = 0x41
	ippURI              = 0x45
	ippCharset          = 0x47
	ippLanguage         = 0x48
	ippOK               = 0x0000
	ippNotSupported     = 0x0501
	ippEnum             = 0x23
	ippStateIdle        = 3
	ippName             = 0x42
	ippProduct, ippRoot = "IPP/2.0", "/ipp/print"
)

// ippMessage starts a request or response with the operation attributes that
// every one has.
func ippMessage(code uint16, id uint32) []byte {
	b := []byte{1, 1}
	b = binary.BigEndian.AppendUint16(b, code)
	b = binary.BigEndian.AppendUint32(b, id)
	b = append(b, ippOperationGroup)
	b = ippAttribute(b, ippCharset, "attributes-charset", "utf-8")
	return ippAttribute(b, ippLanguage, "attributes-natural-language", "en")
}

func ippAttribute(b []byte, tag byte, name, value string) []byte {
	b = append(b, tag)
	b = appendText(b, name)
	return appendText(b, value)
}

// ippService is a printer (RFC 8010): IPP in HTTP on port 631.
func ippService(model, firmware string) Service {
	site := web{server: "HP-ChaiSOE/1.0", pages: map[string]page{}}
	return Service{
		Protocol: "ipp", Transport: heron.TCP, Port: 631,
		Answer: func(h *Host, q Query) Reply {
			r := site.answer(h, q)
			if r.Used == 0 || !bytes.HasPrefix(q.Bytes, []byte("POST ")) {
				return r
			}
			_, body, _ := bytes.Cut(q.Bytes[:r.Used], []byte("\r\n\r\n"))
			answer := ippAnswer(h, body, model, h.fill(firmware))
			r.Bytes = append(fmt.Appendf(nil,
				"HTTP/1.1 200 OK\r\nServer: %s\r\nContent-Type: application/ipp\r\nContent-Length: %d\r\n\r\n",
				site.server, len(answer)), answer...)
			return r
		},
	}
}

func ippAnswer(h *Host, request []byte, model, firmware string) []byte {
	r := wire.NewReader(request)
	r.Skip(2)
	operation, id := r.U16(), uint32(r.U32())
	switch operation {
	case ippGetAttributes:
		b := append(ippMessage(ippOK, id), ippPrinterGroup)
		b = ippAttribute(b, ippURI, "printer-uri-supported", "ipp://"+h.Here.String()+ippRoot)
		b = ippAttribute(b, ippName, "printer-name", h.hostname())
		b = ippAttribute(b, ippText, "printer-make-and-model", model)
		b = ippAttribute(b, ippText, "printer-firmware-string-version", firmware)
		b = ippAttribute(b, ippText, "printer-device-id", "MFG:HP;MDL:"+model+";CMD:PCL,POSTSCRIPT,PDF;")
		b = ippAttribute(b, ippEnum, "printer-state", string([]byte{0, 0, 0, ippStateIdle}))
		return append(b, ippEnd)
	case ippPrintJob:
		return append(ippMessage(ippOK, id), ippEnd)
	}
	return append(ippMessage(ippNotSupported, id), ippEnd)
}

// ippRequest is one operation for a printer, in HTTP.
func ippRequest(to *Host, operation uint16, id uint32, document []byte) []byte {
	b := ippMessage(operation, id)
	b = ippAttribute(b, ippURI, "printer-uri", "ipp://"+to.IP.String()+ippRoot)
	b = append(append(b, ippEnd), document...)
	return append(fmt.Appendf(nil,
		"POST %s HTTP/1.1\r\nHost: %s:631\r\nContent-Type: application/ipp\r\nUser-Agent: CUPS/2.3.4 (Windows) %s\r\nContent-Length: %d\r\n\r\n",
		ippRoot, to.IP, ippProduct, len(b)), b...)
}

// printPage asks the office printer what it is and prints a page.
func printPage(a *actor) {
	to := a.site.role(a.host, modelPrinter)
	if to == nil {
		return
	}
	document := []byte("%PDF-1.4\n" + string(make([]byte, 3000+a.rng.IntN(4000))))
	a.ask(to, 631, ippRequest(to, ippGetAttributes, 1, nil), ippRequest(to, ippPrintJob, 2, document))
	a.tell(to, 161, snmpAsk(int(a.rng.Uint32()>>2)))
}

// printReceipt prints at the till.
func printReceipt(a *actor) {
	const cut = "\x1dV\x42\x00"
	a.ask(a.site.role(a.host, "epson-receipt"), 9100,
		fmt.Appendf(nil, "\x1b@Thank you for your visit\nTotal %d.%02d EUR\n\n%s\n", 1+a.rng.IntN(80), a.rng.IntN(100), cut))
}
