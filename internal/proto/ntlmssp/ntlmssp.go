// Package ntlmssp reads what NT LAN Manager messages say of the machines at both
// ends ([MS-NLMP] §2.2): names, domains and the version of the operating system.
// Users, challenges and responses are not read.
package ntlmssp

import (
	"bytes"
	"unicode/utf8"

	"github.com/heron-iot/heron/internal/wire"
)

// Kinds of message (§2.2.1).
const (
	Negotiate    = 1
	Challenge    = 2
	Authenticate = 3
)

// Flags (§2.2.2.5).
const (
	flagUnicode           = 1
	flagDomainSupplied    = 0x1000
	flagWorkstation       = 0x2000
	flagTargetTypeDomain  = 0x10000
	flagTargetInfo        = 0x800000
	flagVersion           = 0x2000000
	maxName               = 512
	maxPairs              = 32
	offsetNegotiateNames  = 16
	offsetTargetName      = 12
	offsetChallengeFlags  = 20
	offsetTargetInfo      = 40
	offsetVersion2        = 48
	offsetDomain3         = 28
	offsetWorkstation3    = 44
	offsetFlags3          = 60
	offsetVersion3        = 64
	offsetVersion1        = 32
	offsetNegotiateFlags  = 12
	signature             = "NTLMSSP\x00"
	attributeEnd          = 0
	attributeComputer     = 1
	attributeDomain       = 2
	attributeDNSComputer  = 3
	attributeDNSDomain    = 4
	attributeDNSTree      = 5
	minimumMessage        = 16
	bytesOfAttributesHead = 4
)

// Message is what one message says of its sender. The names are as encoded: in
// UTF-16 when Unicode is set; AppendText reads them.
type Message struct {
	Kind    int
	Unicode bool
	// Computer is a NetBIOS name: of the server in a challenge, of the client else.
	Computer, Domain                  []byte
	DNSComputer, DNSDomain, DNSForest []byte
	// Major, Minor and Build are of the operating system; zero when not told.
	Major, Minor, Build int
}

// Find returns the first message in b, which may be wrapped in SPNEGO; false when
// there is none.
func Find(b []byte) (Message, bool) {
	i := bytes.Index(b, []byte(signature))
	if i < 0 || len(b)-i < minimumMessage {
		return Message{}, false
	}
	r := wire.NewReader(b[i:])
	r.Skip(len(signature))
	m := Message{Kind: r.U32LE()}
	switch m.Kind {
	case Negotiate:
		m.negotiate(&r)
	case Challenge:
		m.challenge(&r)
	case Authenticate:
		m.authenticate(&r)
	default:
		return Message{}, false
	}
	return m, true
}

// field reads a length, a room and an offset at off, and returns what they point
// to.
func field(r *wire.Reader, off int) []byte {
	head := r.At(off)
	size := head.U16LE()
	head.Skip(2)
	body := r.At(head.U32LE())
	if head.Err() != nil || size > maxName {
		return nil
	}
	return body.Bytes(size)
}

func number(r *wire.Reader, off int) int {
	at := r.At(off)
	return at.U32LE()
}

func (m *Message) version(r *wire.Reader, off int) {
	at := r.At(off)
	major, minor, build := at.U8(), at.U8(), at.U16LE()
	if at.Err() == nil {
		m.Major, m.Minor, m.Build = major, minor, build
	}
}

// negotiate reads §2.2.1.1; its names are in the character set of the machine.
func (m *Message) negotiate(r *wire.Reader) {
	flags := number(r, offsetNegotiateFlags)
	if flags&flagDomainSupplied != 0 {
		m.Domain = field(r, offsetNegotiateNames)
	}
	if flags&flagWorkstation != 0 {
		m.Computer = field(r, offsetNegotiateNames+8)
	}
	if flags&flagVersion != 0 {
		m.version(r, offsetVersion1)
	}
}

// challenge reads §2.2.1.2.
func (m *Message) challenge(r *wire.Reader) {
	flags := number(r, offsetChallengeFlags)
	m.Unicode = flags&flagUnicode != 0
	if flags&flagTargetTypeDomain != 0 {
		m.Domain = field(r, offsetTargetName)
	}
	if flags&flagVersion != 0 {
		m.version(r, offsetVersion2)
	}
	if flags&flagTargetInfo == 0 {
		return
	}
	head := r.At(offsetTargetInfo)
	size := head.U16LE()
	head.Skip(2)
	list := r.At(head.U32LE())
	list = list.Sub(min(size, list.Len()))
	m.pairs(&list)
}

// pairs reads the attributes of a challenge (§2.2.2.1), which are always UTF-16.
func (m *Message) pairs(list *wire.Reader) {
	for range maxPairs {
		id, size := list.U16LE(), list.U16LE()
		value := list.Bytes(size)
		if list.Err() != nil || id == attributeEnd || size > maxName {
			return
		}
		switch id {
		case attributeComputer:
			m.Computer, m.Unicode = value, true
		case attributeDomain:
			m.Domain, m.Unicode = value, true
		case attributeDNSComputer:
			m.DNSComputer = value
		case attributeDNSDomain:
			m.DNSDomain = value
		case attributeDNSTree:
			m.DNSForest = value
		}
	}
}

// authenticate reads §2.2.1.3, all but the user and the responses.
func (m *Message) authenticate(r *wire.Reader) {
	flags := number(r, offsetFlags3)
	m.Unicode = flags&flagUnicode != 0
	m.Domain = field(r, offsetDomain3)
	m.Computer = field(r, offsetWorkstation3)
	if flags&flagVersion != 0 {
		m.version(r, offsetVersion3)
	}
}

// AppendText appends a name as UTF-8.
func (m *Message) AppendText(dst, name []byte) []byte {
	if !m.Unicode {
		return append(dst, name...)
	}
	return AppendUTF16(dst, name)
}

// AppendUTF16 appends little-endian UTF-16 as UTF-8, up to a zero or the end.
// Halves of pairs become the replacement character.
func AppendUTF16(dst, b []byte) []byte {
	for r := wire.NewReader(b); r.Len() >= 2; {
		c := rune(r.U16LE())
		if c == 0 {
			break
		}
		if c >= 0xd800 && c < 0xdc00 && r.Len() >= 2 {
			if low := rune(r.U16LE()); low >= 0xdc00 && low < 0xe000 {
				c = (c-0xd800)<<10 | (low - 0xdc00) + 0x10000
			}
		}
		dst = utf8.AppendRune(dst, c)
	}
	return dst
}
