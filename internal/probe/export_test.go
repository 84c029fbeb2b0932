package probe

import (
	"context"
	"io"
	"net/netip"
)

var loopback4 = netip.MustParseAddr("127.0.0.1")

// echo is the run of a probe that sends a word and tells what comes back.
func echo(_ context.Context, c *Conn) error {
	if _, err := io.WriteString(c, "hello"); err != nil {
		return err
	}
	b, err := io.ReadAll(c)
	c.Emit("answer", string(b))
	return err
}
