package ntlmssp

import (
	"encoding/binary"
	"unicode/utf16"
)

// EncodeUTF16 returns s in little-endian UTF-16.
func EncodeUTF16(s string) []byte {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return b
}

// AppendChallenge appends a challenge of a server with a zero nonce.
func AppendChallenge(b []byte, computer, domain, dnsComputer, dnsDomain string, major, minor, build int) []byte {
	const size = 56
	le := binary.LittleEndian
	target := EncodeUTF16(domain)
	var info []byte
	for i, s := range []string{computer, domain, dnsComputer, dnsDomain} {
		v := EncodeUTF16(s)
		info = le.AppendUint16(info, uint16(i+1))
		info = le.AppendUint16(info, uint16(len(v)))
		info = append(info, v...)
	}
	info = append(info, 0, 0, 0, 0)
	b = append(b, signature...)
	b = le.AppendUint32(b, Challenge)
	b = appendField(b, len(target), size)
	b = le.AppendUint32(b, flagUnicode|flagTargetTypeDomain|flagTargetInfo|flagVersion)
	b = append(b, make([]byte, 16)...) // the nonce, reserved
	b = appendField(b, len(info), size+len(target))
	b = append(b, byte(major), byte(minor), byte(build), byte(build>>8), 0, 0, 0, 15)
	b = append(b, target...)
	return append(b, info...)
}

// AppendAuthenticate appends the last message of a client, with empty responses.
func AppendAuthenticate(b []byte, domain, user, workstation string) []byte {
	const size = 72
	d, u, w := EncodeUTF16(domain), EncodeUTF16(user), EncodeUTF16(workstation)
	b = append(b, signature...)
	b = binary.LittleEndian.AppendUint32(b, Authenticate)
	b = appendField(b, 0, size)
	b = appendField(b, 0, size)
	b = appendField(b, len(d), size)
	b = appendField(b, len(u), size+len(d))
	b = appendField(b, len(w), size+len(d)+len(u))
	b = appendField(b, 0, size)
	b = binary.LittleEndian.AppendUint32(b, flagUnicode|flagVersion)
	b = append(b, 10, 0, 0x61, 0x4a, 0, 0, 0, 15)
	return append(append(append(b, d...), u...), w...)
}

func appendField(b []byte, size, off int) []byte {
	b = binary.LittleEndian.AppendUint16(b, uint16(size))
	b = binary.LittleEndian.AppendUint16(b, uint16(size))
	return binary.LittleEndian.AppendUint32(b, uint32(off))
}
