package lab

import (
	"errors"

	"github.com/heron-iot/heron"
)

// errStray is what a service says of bytes that its protocol has no room for.
var errStray = errors.New("bytes that the protocol has no room for")

// datagrams is a service over UDP that answers each datagram by itself; nil is silence.
func datagrams(protocol string, port uint16, answer func(h *Host, b []byte) []byte) Service {
	return Service{
		Protocol: protocol, Transport: heron.UDP, Port: port,
		Answer: func(h *Host, q Query) Reply {
			return Reply{Used: len(q.Bytes), Bytes: answer(h, q.Bytes)}
		},
	}
}

// messages is a service over TCP whose messages tell their size: 0 as long as it is not
// known. What is no message ends the connection, and breaks what is fragile; an answer
// of ok false ends it too.
func messages(protocol string, port uint16, size func([]byte) (int, error), answer func(h *Host, s *Session, message []byte) (out []byte, ok bool)) Service {
	return Service{
		Protocol: protocol, Transport: heron.TCP, Port: port,
		Answer: func(h *Host, q Query) Reply {
			n, err := size(q.Bytes)
			switch {
			case err != nil || n > maxHead:
				return Reply{Used: len(q.Bytes), Close: true, Broken: true}
			case n == 0 || n > len(q.Bytes):
				return Reply{}
			}
			out, ok := answer(h, q.Session, q.Bytes[:n])
			return Reply{Used: n, Bytes: out, Close: !ok}
		},
	}
}
