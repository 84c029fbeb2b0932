// Package dhcp reads and writes DHCPv4 messages (RFC 2131) and their options
// (RFC 2132).
package dhcp

import (
	"encoding/binary"
	"net/netip"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/wire"
)

// Operations: the first octet (RFC 951).
const (
	OpRequest = 1
	OpReply   = 2
)

// Message types, in option 53 (RFC 2132 §9.6).
const (
	Discover = 1 + iota
	Offer
	Request
	Decline
	Ack
	Nak
	Release
	Inform
)

// Options that the project reads or writes.
const (
	OptSubnetMask   = 1
	OptRouter       = 3
	OptDNS          = 6
	OptHostName     = 12
	OptDomainName   = 15
	OptVendorInfo   = 43
	OptRequestedIP  = 50
	OptLeaseTime    = 51
	OptOverload     = 52
	OptMessageType  = 53
	OptServerID     = 54
	OptParameters   = 55
	OptMaxSize      = 57
	OptVendorClass  = 60
	OptClientID     = 61
	OptUserClass    = 77
	OptClientFQDN   = 81
	OptVendorIdent  = 124
	OptCaptiveURL   = 114
	optPad          = 0
	optEnd          = 255
	magicCookie     = 0x63825363
	sizeServerName  = 64
	sizeBootFile    = 128
	smallestMessage = 300 // some relays and clients drop shorter ones (RFC 1542 §2.1)
)

// Header is the fixed part of a message.
type Header struct {
	Op, Hops           int
	XID                int
	Broadcast          bool
	ClientIP           netip.Addr // ciaddr: the client has it already
	YourIP             netip.Addr // yiaddr: what the server gives
	ServerIP, RelayIP  netip.Addr // siaddr, giaddr
	ClientMAC          heron.MAC  // chaddr; zero when it is no 48-bit address
	serverName, booted []byte
}

// ReadHeader reads the fixed part and the magic cookie. It reports false for
// anything that cannot be DHCP.
func ReadHeader(r *wire.Reader) (Header, bool) {
	h := Header{Op: r.U8()}
	r.Skip(1) // htype: wireless interfaces say 1 or 6
	hlen := r.U8()
	h.Hops, h.XID = r.U8(), r.U32()
	r.Skip(2) // secs
	h.Broadcast = r.U16()&0x8000 != 0
	h.ClientIP, h.YourIP, h.ServerIP, h.RelayIP = addr(r), addr(r), addr(r), addr(r)
	chaddr := r.Bytes(16)
	if hlen == len(h.ClientMAC) {
		copy(h.ClientMAC[:], chaddr)
	}
	h.serverName, h.booted = r.Bytes(sizeServerName), r.Bytes(sizeBootFile)
	ok := r.U32() == magicCookie && r.Err() == nil
	return h, ok && (h.Op == OpRequest || h.Op == OpReply) && hlen <= 16
}

func addr(r *wire.Reader) netip.Addr {
	a, _ := netip.AddrFromSlice(r.Bytes(4))
	return a
}

// Option is one option; Data is borrowed.
type Option struct {
	Code int
	Data []byte
}

// Options goes through the options of a message: those of the option field,
// then those that option 52 puts into the boot file and server name fields.
type Options struct {
	r        wire.Reader
	more     [2][]byte
	overload int
	err      error
}

// Options returns the options that r stands before.
func (h *Header) Options(r *wire.Reader) Options {
	return Options{r: *r, more: [2][]byte{h.booted, h.serverName}}
}

// Next returns the next option, and false at the end or after an error.
func (o *Options) Next() (Option, bool) {
	for {
		if o.r.Len() == 0 && !o.overflow() {
			return Option{}, false
		}
		code := o.r.U8()
		if code == optPad {
			continue
		}
		if code == optEnd {
			o.r.Rest()
			continue
		}
		opt := Option{Code: code, Data: o.r.Bytes(o.r.U8())}
		if err := o.r.Err(); err != nil {
			o.err = err
			return Option{}, false
		}
		if code == OptOverload && len(opt.Data) == 1 {
			v := wire.NewReader(opt.Data)
			o.overload |= v.U8() & 3
		}
		return opt, true
	}
}

// overflow goes on to the next field that holds options, once each.
func (o *Options) overflow() bool {
	for bit, field := range o.more {
		if o.overload&(1<<bit) != 0 && field != nil {
			o.more[bit] = nil
			o.r.Reset(field)
			return true
		}
	}
	return false
}

// Err returns what was wrong with the options that Next went through.
func (o *Options) Err() error { return o.err }

// Message is a message to be written.
type Message struct {
	Op                                  int
	XID                                 uint32
	Broadcast                           bool
	ClientIP, YourIP, ServerIP, RelayIP netip.Addr // invalid means 0.0.0.0
	ClientMAC                           heron.MAC
	Options                             []Option // written in this order, then the end
}

// Append adds the message to b in wire form, padded to the least size that all
// implementations take.
func (m *Message) Append(b []byte) []byte {
	start := len(b)
	b = append(b, byte(m.Op), 1, byte(len(m.ClientMAC)), 0)
	b = binary.BigEndian.AppendUint32(b, m.XID)
	flags := uint16(0)
	if m.Broadcast {
		flags = 0x8000
	}
	b = binary.BigEndian.AppendUint16(append(b, 0, 0), flags)
	for _, ip := range []netip.Addr{m.ClientIP, m.YourIP, m.ServerIP, m.RelayIP} {
		four := [4]byte{}
		if ip.Is4() {
			four = ip.As4()
		}
		b = append(b, four[:]...)
	}
	b = append(b, m.ClientMAC[:]...)
	b = append(b, make([]byte, 16-len(m.ClientMAC)+sizeServerName+sizeBootFile)...)
	b = binary.BigEndian.AppendUint32(b, magicCookie)
	for _, o := range m.Options {
		data := o.Data[:min(len(o.Data), 255)]
		b = append(append(b, byte(o.Code), byte(len(data))), data...)
	}
	b = append(b, optEnd)
	if short := smallestMessage - (len(b) - start); short > 0 {
		b = append(b, make([]byte, short)...)
	}
	return b
}

// Type returns option 53.
func Type(t int) Option { return Option{OptMessageType, []byte{byte(t)}} }

// Text returns an option that holds text.
func Text(code int, s string) Option { return Option{code, []byte(s)} }

// Addr returns an option that holds IPv4 addresses.
func Addr(code int, ips ...netip.Addr) Option {
	o := Option{Code: code}
	for _, ip := range ips {
		o.Data = append(o.Data, ip.AsSlice()...)
	}
	return o
}
