package tls

import "encoding/binary"

// Hello is a ClientHello to be written. Extensions are written in the order
// given, with their bodies as they are; ServerName and ALPN go before them.
type Hello struct {
	Version    int // legacy_version; 0 is TLS 1.2
	Random     [32]byte
	Ciphers    []uint16
	ServerName string
	ALPN       []string
	Extensions []Extension
}

// Extension is one extension to be written.
type Extension struct {
	Type int
	Body []byte
}

// AppendRecord adds a record around body, which must fit one.
func AppendRecord(b []byte, kind, version int, body []byte) []byte {
	b = binary.BigEndian.AppendUint16(append(b, byte(kind)), uint16(version))
	b = binary.BigEndian.AppendUint16(b, uint16(len(body)))
	return append(b, body...)
}

// appendMessage adds a handshake message around body.
func appendMessage(b []byte, kind int, body []byte) []byte {
	return append(append(b, byte(kind), byte(len(body)>>16), byte(len(body)>>8), byte(len(body))), body...)
}

// AppendClientHello adds a record with the ClientHello.
func AppendClientHello(b []byte, h Hello) []byte {
	version := h.Version
	if version == 0 {
		version = Version12
	}
	body := binary.BigEndian.AppendUint16(nil, uint16(version))
	body = append(append(body, h.Random[:]...), 0)
	body = appendWords(body, h.Ciphers)
	body = append(body, 1, 0)
	extensions := h.Extensions
	if len(h.ALPN) > 0 {
		extensions = append([]Extension{{ExtALPN, names(h.ALPN)}}, extensions...)
	}
	if h.ServerName != "" {
		extensions = append([]Extension{{ExtServerName, serverName(h.ServerName)}}, extensions...)
	}
	body = appendExtensions(body, extensions)
	return AppendRecord(b, RecordHandshake, min(version, Version10), appendMessage(nil, TypeClientHello, body))
}

// AppendServerHello adds a record with a ServerHello that picks a version (by
// extension when it is 1.3) and a cipher, and has these further extensions.
func AppendServerHello(b []byte, version int, random [32]byte, cipher int, extensions ...Extension) []byte {
	legacy := min(version, Version12)
	body := binary.BigEndian.AppendUint16(nil, uint16(legacy))
	body = append(append(body, random[:]...), 0)
	body = append(binary.BigEndian.AppendUint16(body, uint16(cipher)), 0)
	if version > legacy {
		extensions = append([]Extension{{ExtSupportedVersions, []byte{byte(version >> 8), byte(version)}}}, extensions...)
	}
	body = appendExtensions(body, extensions)
	return AppendRecord(b, RecordHandshake, legacy, appendMessage(nil, TypeServerHello, body))
}

// AppendCertificate adds a record with the Certificate message of TLS 1.2 for a
// chain in DER, the sender's own first. The chain must fit one record.
func AppendCertificate(b []byte, chain ...[]byte) []byte {
	var list []byte
	for _, der := range chain {
		list = append(append(list, byte(len(der)>>16), byte(len(der)>>8), byte(len(der))), der...)
	}
	body := append([]byte{byte(len(list) >> 16), byte(len(list) >> 8), byte(len(list))}, list...)
	return AppendRecord(b, RecordHandshake, Version12, appendMessage(nil, TypeCertificate, body))
}

// Words returns the body of an extension that is a list of 16-bit numbers after
// its length: groups, signature algorithms.
func Words(kind int, list ...uint16) Extension { return Extension{kind, appendWords(nil, list)} }

// OfferVersions returns the supported_versions extension of a client.
func OfferVersions(list ...uint16) Extension {
	e := Extension{Type: ExtSupportedVersions, Body: []byte{byte(2 * len(list))}}
	for _, v := range list {
		e.Body = binary.BigEndian.AppendUint16(e.Body, v)
	}
	return e
}

// PickALPN returns the ALPN extension of a server.
func PickALPN(name string) Extension { return Extension{ExtALPN, names([]string{name})} }

func appendWords(b []byte, list []uint16) []byte {
	b = binary.BigEndian.AppendUint16(b, uint16(2*len(list)))
	for _, v := range list {
		b = binary.BigEndian.AppendUint16(b, v)
	}
	return b
}

func appendExtensions(b []byte, list []Extension) []byte {
	if len(list) == 0 {
		return b
	}
	var all []byte
	for _, e := range list {
		all = binary.BigEndian.AppendUint16(all, uint16(e.Type))
		all = binary.BigEndian.AppendUint16(all, uint16(len(e.Body)))
		all = append(all, e.Body...)
	}
	return append(binary.BigEndian.AppendUint16(b, uint16(len(all))), all...)
}

func names(list []string) []byte {
	var all []byte
	for _, s := range list {
		all = append(append(all, byte(len(s))), s...)
	}
	return append(binary.BigEndian.AppendUint16(nil, uint16(len(all))), all...)
}

func serverName(s string) []byte {
	b := binary.BigEndian.AppendUint16(nil, uint16(len(s)+3))
	b = binary.BigEndian.AppendUint16(append(b, 0), uint16(len(s)))
	return append(b, s...)
}
