package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/heron-iot/heron/internal/app"
)

func newLabCommand(t *terminal) *cobra.Command {
	c := &cobra.Command{
		Use: "lab", Short: "A network of emulated devices, and attacks on it", Args: noArgs,
		Long: "A network of emulated devices that speak the real protocols on real sockets: in\nnetwork namespaces as root, on loopback addresses (127.x) for anyone else. Nothing\nof it reaches another network.",
	}
	name := c.PersistentFlags().String("name", "", "name of the network, for more than one at a time")
	c.AddCommand(newLabUp(t, name), newLabDown(t, name), newLabList(t), newLabAttack(t, name), newLabCapture(t), newLabChurn(t))
	return c
}

func newLabUp(t *terminal, name *string) *cobra.Command {
	o := app.LabOptions{}
	c := &cobra.Command{
		Use: "up", Short: "Bring the network up, until Ctrl-C", Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			o.Name = *name
			return app.RunLab(c.Context(), o, func(l app.LabView) {
				rows := make([][]string, 0, len(l.Devices))
				for _, d := range l.Devices {
					rows = append(rows, []string{d.Name, d.Type, d.IP.String(), d.MAC.String(), joinWords(d.Ports)})
				}
				t.table([]string{"Device", "Type", "Address", "MAC", "Answers on"}, rows)
				t.say("\n%d devices are up. Watch them with: %s\n%s. Ctrl-C takes them down.", len(l.Devices), l.Watch, attackHint(o.Loopback))
			})
		},
	}
	c.Flags().BoolVar(&o.Loopback, "loopback", os.Geteuid() != 0, "use loopback addresses, not namespaces (the default unless root)")
	c.Flags().Lookup("loopback").DefValue = "false" // help is the same for everyone
	c.Flags().BoolVar(&o.Active, "active", true, "let the devices do what they do all day")
	c.Flags().StringSliceVar(&o.Models, "model", nil, "only these models (heron lab list)")
	return c
}

// attackHint says how to attack the network; on loopback addresses there is no
// wire to forge frames on.
func attackHint(loopback bool) string {
	if loopback {
		return "Attacks need namespaces, that is root; heron lab capture --attack NAME FILE writes one without"
	}
	return "Play an attack with: heron lab attack NAME"
}

func newLabDown(t *terminal, name *string) *cobra.Command {
	return &cobra.Command{
		Use: "down", Short: "Take down a network, and what a crashed one left behind", Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			if err := app.LabDown(*name); err != nil {
				return err
			}
			t.say("down")
			return nil
		},
	}
}

func newLabList(t *terminal) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "list", Short: "List models and attacks", Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			models, attacks := app.LabCatalogue()
			if asJSON {
				return t.json(map[string]any{"models": models, "attacks": attacks})
			}
			rows := make([][]string, 0, len(models))
			for _, m := range models {
				rows = append(rows, []string{m.Name, m.Type, m.Vendor, m.Product, m.Firmware})
			}
			t.table([]string{"Model", "Type", "Vendor", "Product", "Firmware"}, rows)
			fmt.Fprintln(t.out)
			rows = rows[:0]
			for _, a := range attacks {
				rows = append(rows, []string{a.Name, a.Doc, joinWords(a.Detects)})
			}
			t.table([]string{"Attack", "What happens", "Detected as"}, rows)
			return nil
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func newLabAttack(t *terminal, name *string) *cobra.Command {
	return &cobra.Command{
		Use: "attack NAME", Short: "Play an attack in the network that is up", Args: oneArg("the name of an attack (heron lab list)"),
		RunE: func(c *cobra.Command, args []string) error {
			t.say("playing %s …", args[0])
			if err := app.LabAttack(c.Context(), *name, args[0]); err != nil {
				return err
			}
			t.say("over")
			return nil
		},
	}
}

func newLabCapture(t *terminal) *cobra.Command {
	o := app.CaptureOptions{}
	manifest := ""
	c := &cobra.Command{
		Use: "capture FILE", Short: "Write the network's traffic as a capture file, the same each time", Args: oneArg("a file to write"),
		RunE: func(_ *cobra.Command, args []string) error {
			if o.Duration <= 0 {
				return usageError{errors.New("--duration: want more than nothing, as 10m")}
			}
			if err := writeNew(args[0], func(w io.Writer) error { return app.WriteLabCapture(w, o) }); err != nil {
				return err
			}
			t.say("%v of traffic written to %s", o.Duration, args[0])
			if manifest == "" {
				return nil
			}
			path, err := filepath.Rel(filepath.Dir(manifest), args[0])
			if err != nil {
				return fmt.Errorf("manifest: %w", err)
			}
			return writeNew(manifest, func(w io.Writer) error { return app.WriteLabManifest(w, o, path) })
		},
	}
	c.Flags().Uint64Var(&o.Seed, "seed", 1, "another seed gives another day")
	c.Flags().DurationVar(&o.Duration, "duration", time.Hour, "how much traffic")
	c.Flags().IntVar(&o.Devices, "devices", 0, "at least so many devices (default: one site)")
	c.Flags().StringSliceVar(&o.Attacks, "attack", nil, "attacks to play, one after the other")
	c.Flags().StringVar(&manifest, "manifest", "", "write what its devices are into this file, as heron train and heron eval read it")
	return c
}

func newLabChurn(t *terminal) *cobra.Command {
	var seed uint64
	c := &cobra.Command{
		Use: "churn FILE", Short: "Write a capture of a network whose addresses never rest; print who is who", Args: oneArg("a file to write"),
		Long: `Write three days of a network whose addresses never rest as a capture file: short
leases, invented MACs, teams of interfaces, virtual routers, proxy ARP, trunks,
units replaced under one name, a spoofer. What is truly one device is printed as
JSON: "device" has the device of each MAC address, and of each IP address behind
a router; "names" what each calls itself.`,
		RunE: func(_ *cobra.Command, args []string) error {
			return writeNew(args[0], func(w io.Writer) error { return app.WriteChurnCapture(w, t.out, seed) })
		},
	}
	c.Flags().Uint64Var(&seed, "seed", 1, "another seed gives other days")
	return c
}

// writeNew writes a file that must not be there yet, and leaves none that is not whole.
func writeNew(path string, write func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, os.ErrExist) {
		return usageError{fmt.Errorf("%s exists already; name another file, or remove it", path)}
	}
	if err != nil {
		return err
	}
	if err := errors.Join(write(f), f.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}
