// Package dns reads and writes DNS messages (RFC 1035), as unicast DNS,
// multicast DNS (RFC 6762), LLMNR (RFC 4795) and NetBIOS name service
// (RFC 1002) share them.
//
// Reading is by cursor: ReadHeader, then a Question or Record at a time, with
// names in buffers of the caller's, so that it needs no allocation. Writing is
// by value: fill in a Message and Append it.
package dns

import (
	"errors"

	"github.com/heron-iot/heron/internal/wire"
)

// Types of resource records.
const (
	TypeA      = 1
	TypeNS     = 2
	TypeCNAME  = 5
	TypeSOA    = 6
	TypePTR    = 12
	TypeHINFO  = 13
	TypeMX     = 15
	TypeTXT    = 16
	TypeAAAA   = 28
	TypeNB     = 32 // NetBIOS name (RFC 1002 §4.2.1.3)
	TypeNBSTAT = 33 // NetBIOS node status; SRV in DNS proper
	TypeSRV    = 33
	TypeOPT    = 41
	TypeNSEC   = 47
	TypeHTTPS  = 65
	TypeANY    = 255
)

// Classes. In multicast DNS the top bit asks for a unicast answer, or tells
// that a record set is whole (RFC 6762 §10.2, §18.12).
const (
	ClassIN    = 1
	ClassCHAOS = 3
	ClassTop   = 0x8000
)

// Bits of Header.Flags (RFC 1035 §4.1.1).
const (
	FlagResponse      = 0x8000
	FlagAuthoritative = 0x0400
	FlagTruncated     = 0x0200
	FlagRecursion     = 0x0100
	FlagAvailable     = 0x0080
)

// MaxName is the longest name in text that ReadName returns: 255 octets, each
// of which may need an escape.
const MaxName = 512

// maxPointers bounds how often one name may jump.
const maxPointers = 32

// ErrName says that a name broke the rules: a loop, too long, a reserved label.
var ErrName = errors.New("bad domain name")

// Header is the fixed part of a message.
type Header struct {
	ID, Flags                                 int
	Questions, Answers, Authority, Additional int
}

// Response reports whether the message is an answer.
func (h *Header) Response() bool { return h.Flags&FlagResponse != 0 }

// Opcode returns the kind of query: 0 is a standard one.
func (h *Header) Opcode() int { return h.Flags >> 11 & 15 }

// Rcode returns the response code: 0 is no error, 3 no such name.
func (h *Header) Rcode() int { return h.Flags & 15 }

// Records returns how many resource records follow the questions.
func (h *Header) Records() int { return h.Answers + h.Authority + h.Additional }

// ReadHeader reads the 12 octets at the start of a message.
func ReadHeader(r *wire.Reader) Header {
	return Header{
		ID: r.U16(), Flags: r.U16(),
		Questions: r.U16(), Answers: r.U16(), Authority: r.U16(), Additional: r.U16(),
	}
}

// Question is one question. Name is in the buffer given to ReadQuestion.
type Question struct {
	Name        []byte
	Type, Class int
}

// ReadQuestion reads one question, with its name in buf.
func ReadQuestion(r *wire.Reader, buf []byte) Question {
	q := Question{Name: ReadName(r, buf)}
	q.Type, q.Class = r.U16(), r.U16()
	return q
}

// Record is one resource record. Data reads its RDATA and can follow pointers
// into the whole message only through Message; see ReadRecord.
type Record struct {
	Name             []byte
	Type, Class, TTL int
	Size             int // of RDATA
	// Data is a copy of the message's reader at the RDATA, so that compressed
	// names in it can be read; what is read of it is bounded by Size by its readers.
	Data wire.Reader
}

// ReadRecord reads one resource record, with its name in buf, and leaves r
// after it.
func ReadRecord(r *wire.Reader, buf []byte) Record {
	rec := Record{Name: ReadName(r, buf)}
	rec.Type, rec.Class, rec.TTL, rec.Size = r.U16(), r.U16(), r.U32(), r.U16()
	rec.Data = *r
	r.Skip(rec.Size)
	return rec
}

// Bytes returns the RDATA.
func (rec *Record) Bytes() []byte {
	d := rec.Data
	return d.Bytes(rec.Size)
}

// Target reads the name that a PTR, CNAME or NS record holds into buf.
func (rec *Record) Target(buf []byte) []byte {
	d := rec.Data
	return ReadName(&d, buf)
}

// Service reads the port and the host name of an SRV record (RFC 2782).
func (rec *Record) Service(buf []byte) (port int, target []byte) {
	d := rec.Data
	d.Skip(4) // priority, weight
	port = d.U16()
	return port, ReadName(&d, buf)
}

// Strings returns a reader for the character strings of a TXT or HINFO record;
// see ReadString.
func (rec *Record) Strings() wire.Reader { return wire.NewReader(rec.Bytes()) }

// ReadString reads one character string: a length octet and that many bytes.
func ReadString(r *wire.Reader) []byte { return r.Bytes(r.U8()) }

// ReadName reads a name as text into buf[:0] and leaves r after it: labels
// parted by dots, a dot or backslash within a label escaped with a backslash,
// no dot at the end, other octets as they are. The root is empty, not nil.
// Compression pointers may only point backwards. A bad name fails r with
// ErrName and gives nil.
func ReadName(r *wire.Reader, buf []byte) []byte {
	buf = buf[:0]
	cur, size, jumps := r, 0, 0
	var there wire.Reader
	for {
		at := cur.Offset()
		n := cur.U8()
		switch {
		case r.Err() != nil || cur.Err() != nil:
			r.Fail(wire.ErrShort)
			return nil
		case n == 0:
			if buf == nil {
				buf = []byte{}
			}
			return buf
		case n >= 0xc0:
			target := n&0x3f<<8 | cur.U8()
			if jumps++; jumps > maxPointers || target >= at {
				r.Fail(ErrName)
				return nil
			}
			there = r.At(target)
			cur = &there
		case n > 63:
			r.Fail(ErrName)
			return nil
		default:
			if size += n + 1; size > 254 {
				r.Fail(ErrName)
				return nil
			}
			buf = appendLabel(buf, cur.Bytes(n))
		}
	}
}

func appendLabel(buf, label []byte) []byte {
	if len(buf) > 0 {
		buf = append(buf, '.')
	}
	for _, c := range label {
		if c == '.' || c == '\\' {
			buf = append(buf, '\\')
		}
		buf = append(buf, c)
	}
	return buf
}

// AppendLabels adds a name that stands by itself, without pointers, as options and
// elements of other protocols have it: its labels with dots between, up to the
// root, or to the end where that is left out (RFC 4704 §4.2).
func AppendLabels(dst []byte, r *wire.Reader) []byte {
	start := len(dst)
	for r.Len() > 0 {
		label := r.Bytes(r.U8())
		if len(label) == 0 {
			break
		}
		if len(dst) > start {
			dst = append(dst, '.')
		}
		dst = append(dst, label...)
	}
	return dst
}
