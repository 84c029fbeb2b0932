package main

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/client"
	"github.com/heron-iot/heron/internal/identify"
)

func newSignaturesNew(t *terminal) *cobra.Command {
	var device string
	f := &serverFlags{}
	c := &cobra.Command{
		Use: "new [VENDOR]", Short: "Print the skeleton of a signature file, or a draft of one from a device",
		Long: `Print the skeleton of a signature file for VENDOR. With --from-device it is a draft
of signatures that would know the device again, from the most telling of what a
running server has seen of it: facts that no other device shows, unless people said
that it is the same.`,
		Example: "  heron signatures new Axis > axis.yaml\n  heron signatures new --from-device 10.0.0.9 > press.yaml",
	}
	fromDevice := f.doDevice(func(ctx context.Context, cl *client.Client, args []string) error {
		text, err := draft(ctx, cl, args[0])
		if err != nil {
			return err
		}
		_, err = io.WriteString(t.out, text)
		return err
	})
	c.RunE = func(c *cobra.Command, args []string) error {
		if device != "" {
			if err := noArgs(c, args); err != nil {
				return err
			}
			return fromDevice(c, []string{device})
		}
		if err := oneArg("a vendor's name, as Axis or 'Bird Home Automation', or --from-device")(c, args); err != nil {
			return err
		}
		_, err := io.WriteString(t.out, identify.Skeleton(args[0]))
		return err
	}
	c.Flags().StringVar(&device, "from-device", "", "device of a running server: its id, address or name")
	f.addServer(c)
	return c
}

// maxCompared bounds the other devices that a draft is compared with.
const maxCompared = 500

// draft drafts signatures from what a server has seen of a device.
func draft(ctx context.Context, cl *client.Client, id string) (string, error) {
	d, err := cl.Device(ctx, id)
	if err != nil {
		return "", err
	}
	own, err := collect(cl.Observations(ctx, id), 0)
	if err != nil {
		return "", err
	}
	others, err := collect(cl.Devices(ctx, client.DeviceQuery{Local: new(true), Sort: "-last_seen"}), maxCompared)
	if err != nil {
		return "", err
	}
	shown := map[[2]string]bool{} // by devices that are something else
	for i := range others {
		if o := &others[i]; o.ID == id || sameLabels(d, o) {
			continue
		}
		for x, err := range cl.Observations(ctx, others[i].ID) {
			if err != nil {
				return "", err
			}
			shown[[2]string{x.Key, x.Value}] = true
		}
	}
	return identify.Draft(d, own, func(key, value string) bool { return shown[[2]string{key, value}] }), nil
}

// sameLabels reports whether people said of both devices that they are the same:
// of one type at least, and nothing that differs.
func sameLabels(a, b *heron.Device) bool {
	same := false
	for _, x := range a.Corrections {
		i := slices.IndexFunc(b.Corrections, func(y heron.Correction) bool {
			return y.Field == x.Field && y.Ruling != heron.RulingReject && x.Ruling != heron.RulingReject
		})
		if i < 0 {
			continue
		}
		if b.Corrections[i].Value != x.Value {
			return false
		}
		same = true
	}
	return same
}

func newSignaturesReload(t *terminal) *cobra.Command {
	f := &serverFlags{}
	c := &cobra.Command{
		Use: "reload", Short: "Let a running server read the signatures of its folder again", Args: noArgs,
		Long: "Let a running server read the signatures of its folder again (heron serve --signatures),\nand identify all devices anew. A faulty file takes no other with it: what it held when it\nwas last good stays in use, if it ever was.",
	}
	c.RunE = f.do(func(ctx context.Context, cl *client.Client, _ []string) error {
		s, err := cl.ReloadSignatures(ctx)
		if err != nil {
			return err
		}
		if f.json {
			return t.json(s)
		}
		rows := make([][]string, 0, len(s.Packs))
		for _, p := range s.Packs {
			rows = append(rows, []string{p.File, p.Name, p.Version, p.Licence, fmt.Sprint(p.Signatures), fmt.Sprint(p.Disabled)})
		}
		t.table([]string{"File", "Pack", "Version", "Licence", "Signatures", "Switches off"}, rows)
		return nil
	})
	f.addServer(c)
	c.Flags().BoolVar(&f.json, "json", false, "print JSON")
	return c
}
