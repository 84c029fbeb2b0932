package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/client"
)

func newDeviceImport(t *terminal, f *serverFlags) *cobra.Command {
	var format string
	c := &cobra.Command{
		Use: "import FILE…", Short: "Take what another system knows of the devices", Args: needArgs(1, "a file, or - for standard input"),
		Long: `Take what another system knows of the devices: leases of dnsmasq, Kea (kea) or ISC
DHCP (isc), answers of NetBox's REST API (netbox: devices, and interfaces for their
MAC addresses), or a table with a column mac or ip in its first row (csv). It is
weighed like any other observation.`,
		Example: "  heron device import /var/lib/misc/dnsmasq.leases\n  heron device import --format csv inventory.csv",
	}
	c.RunE = f.do(func(ctx context.Context, cl *client.Client, args []string) error {
		if format == "auto" {
			format = ""
		}
		done := make([]*heron.Import, 0, len(args))
		for _, name := range args {
			i, err := importFile(ctx, t, cl, format, name)
			if err != nil {
				return err
			}
			done = append(done, i)
			if !f.json {
				printImport(t, name, i)
			}
		}
		if f.json {
			return t.json(done)
		}
		return nil
	})
	c.Flags().StringVar(&format, "format", "auto", "csv, dnsmasq, isc, kea or netbox; auto looks at the file")
	choices(c, "format", "auto", "csv", "dnsmasq", "isc", "kea", "netbox")
	return c
}

func importFile(ctx context.Context, t *terminal, cl *client.Client, format, name string) (*heron.Import, error) {
	in := t.in
	if name != "-" {
		file, err := os.Open(name)
		if errors.Is(err, os.ErrNotExist) {
			return nil, usageError{fmt.Errorf("%s: there is no such file", name)}
		}
		if err != nil {
			return nil, err
		}
		defer func() { _ = file.Close() }() // was only read
		in = file
	}
	i, err := cl.ImportDevices(ctx, format, in)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return i, nil
}

func printImport(t *terminal, name string, i *heron.Import) {
	fmt.Fprintf(t.out, "%s: %s (%s), %s new or changed\n", name, count(i.Hosts, "host"), i.Format, count(i.Devices, "device"))
	for _, p := range i.Problems {
		t.say("  line %d not taken: %s", p.Line, p.Why)
	}
	if rest := i.Skipped - len(i.Problems); rest > 0 {
		t.say("  and %d more lines not taken", rest)
	}
}

func newDeviceExport(t *terminal, f *serverFlags) *cobra.Command {
	var format, out string
	var everything bool
	c := &cobra.Command{
		Use: "export [SEARCH…]", Short: "Write devices as a file for another system",
		Long: `Write devices as a file for another system: a table (csv, which import takes again),
the table of NetBox's bulk import of devices (netbox), or a bill of materials
(cyclonedx: CycloneDX 1.6, JSON). SEARCH is as in heron device list.`,
		Example: "  heron device export --format cyclonedx -o site.cdx.json\n  heron device export type:camera > cameras.csv",
	}
	c.RunE = f.do(func(ctx context.Context, cl *client.Client, args []string) error {
		q := client.DeviceQuery{Search: joinWords(args)}
		if !everything {
			q.Local = new(true)
		}
		write := func(w io.Writer) error { return cl.ExportDevices(ctx, format, q, w) }
		if out == "-" {
			return write(t.out)
		}
		if err := saveFile(out, write); err != nil {
			return err
		}
		t.say("written to %s", out)
		return nil
	})
	c.Flags().StringVar(&format, "format", "csv", "csv, cyclonedx or netbox")
	choices(c, "format", "csv", "cyclonedx", "netbox")
	c.Flags().StringVarP(&out, "output", "o", "-", `file to write, "-" for standard output`)
	c.Flags().BoolVar(&everything, "all", false, "also hosts beyond our networks")
	return c
}
