package probe

import (
	"bytes"
	"context"
	"io"
)

// Size returns the length of the message that b starts with: 0 when more bytes are
// needed to know, more than len(b) when it is still coming, an error when it cannot be
// the protocol's.
type Size func(b []byte) (int, error)

// Begins is the Size of what comes at once, as datagrams do, and starts so.
func Begins(with string) Size {
	return func(b []byte) (int, error) {
		if !bytes.HasPrefix(b, []byte(with)) {
			return 0, ErrNotMine
		}
		return len(b), nil
	}
}

// Datagram is the Size of messages that come whole.
func Datagram(size Size) Size {
	return func(b []byte) (int, error) {
		n, err := size(b)
		if err != nil || n == 0 || n > len(b) {
			return 0, ErrNotMine
		}
		return n, nil
	}
}

// UntilQuiet is the Size of what ends when nothing more comes.
func UntilQuiet([]byte) (int, error) { return 0, nil }

// piece is how much is read at once: every datagram is less.
const piece = 64 << 10

// Listen reads one message, or what came of it before the service ended or went quiet.
// What is no message gives ErrNotMine.
func Listen(c io.Reader, size Size) ([]byte, error) {
	var answer []byte
	part := make([]byte, piece)
	for {
		n, err := c.Read(part)
		answer = append(answer, part[:n]...)
		if len(answer) > 0 {
			whole, bad := size(answer)
			if bad != nil {
				return answer, ErrNotMine
			}
			if whole > 0 && whole <= len(answer) || err != nil {
				return answer, nil
			}
		}
		if err != nil {
			return nil, err
		}
	}
}

// Ask returns a Run for requests that are known beforehand: each is sent when the one
// before is answered with a message of that size.
func Ask(size Size, requests ...[]byte) func(context.Context, *Conn) error {
	return func(_ context.Context, c *Conn) error {
		for _, request := range requests {
			if _, err := c.Write(request); err != nil {
				return err
			}
			if _, err := Listen(c, size); err != nil {
				return err
			}
		}
		return nil
	}
}

// Only returns an Allow that passes these requests and nothing else, byte for byte.
func Only(requests ...[]byte) func(out []byte) error {
	return func(out []byte) error {
		for _, r := range requests {
			if bytes.Equal(out, r) {
				return nil
			}
		}
		return ErrUnsafe
	}
}
