package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/heron-iot/heron/client"
)

func newAlertPackets(t *terminal, f *serverFlags) *cobra.Command {
	var out string
	c := &cobra.Command{
		Use: "pcap ID", Short: "Save the packets behind an alert", Args: oneArg("an alert id"),
		Long:    "Save the packets behind an alert, as far as sensors still keep them, to a pcapng file\nthat tshark and Wireshark open.",
		Example: "  heron alert pcap ID -o scan.pcapng\n  heron alert pcap ID -o - | tshark -r -",
	}
	c.RunE = f.do(func(ctx context.Context, cl *client.Client, args []string) error {
		if out == "" {
			out = "alert-" + filepath.Base(args[0]) + ".pcapng"
		}
		if out == "-" {
			if w, ok := t.out.(*os.File); ok && term.IsTerminal(int(w.Fd())) {
				return usageError{errors.New("packets are not for a terminal: name a file with -o, or give them to a program")}
			}
			_, err := cl.AlertPackets(ctx, args[0], t.out)
			return err
		}
		var n int64
		err := saveFile(out, func(w io.Writer) (err error) {
			n, err = cl.AlertPackets(ctx, args[0], w)
			return err
		})
		if err != nil {
			return err
		}
		return t.done(f, map[string]any{"file": out, "bytes": n}, "%s has %d bytes of packets", out, n)
	})
	c.Flags().StringVarP(&out, "output", "o", "", `file to write, "-" for standard output (default: alert-ID.pcapng)`)
	return c
}
