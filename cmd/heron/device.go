package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/client"
)

func newDeviceCommand(t *terminal) *cobra.Command {
	f := &serverFlags{}
	c := f.group("device", "Devices of a running server: list, show, explain, identify, clusters, rename, merge, split, quarantine, import, export")
	c.Long += "\n\nDEVICE is an id, or an address or name that only one device has."
	c.AddCommand(
		newDeviceList(t, f), newDeviceShow(t, f), newDeviceRename(t, f), newDeviceMerge(t, f),
		newDeviceIdentify(t, f), newDeviceExplain(t, f), newDeviceLabels(t, f), newDeviceClusters(t, f),
		newDeviceSplit(t, f), newDeviceUndo(t, f), newDeviceQuarantine(t, f), newDeviceRelease(t, f),
		newDeviceImport(t, f), newDeviceExport(t, f),
	)
	return c
}

func newDeviceList(t *terminal, f *serverFlags) *cobra.Command {
	var sort string
	var limit int
	var all bool
	c := &cobra.Command{
		Use: "list [SEARCH…]", Short: "List devices",
		Long:    "List devices. SEARCH is in the language of the page's search box: words, and terms as\nvendor:axis type:camera firmware<10 risk>60 criticality>=high purdue<=1 -zone:ot.\nThey are in the order in which to look at them: risk, times how critical they are.",
		Example: "  heron device list vendor:axis 'firmware<10'\n  heron device list --sort -risk --limit 10 'criticality>=high'",
	}
	c.RunE = f.do(func(ctx context.Context, cl *client.Client, args []string) error {
		q := client.DeviceQuery{Search: joinWords(args), Sort: sort}
		if !all {
			q.Local = new(true)
		}
		list, err := collect(cl.Devices(ctx, q), limit)
		if err != nil {
			return err
		}
		if f.json {
			return t.json(list)
		}
		rows := make([][]string, 0, len(list))
		for i := range list {
			rows = append(rows, serverDeviceRow(t, &list[i]))
		}
		t.table([]string{"Risk", "Critical", "Type", "Name", "Vendor", "Model", "Address", "Presence", "Seen", "ID"}, rows)
		t.say("%s", count(len(list), "device"))
		return nil
	})
	c.Flags().StringVar(&sort, "sort", "-priority", "field to sort by, with - before it for descending")
	c.Flags().IntVar(&limit, "limit", 0, "at most so many (0: no bound)")
	c.Flags().BoolVar(&all, "all", false, "also hosts beyond our networks")
	return c
}

func joinWords(args []string) string {
	s := ""
	for i, a := range args {
		if i > 0 {
			s += " "
		}
		s += a
	}
	return s
}

func serverDeviceRow(t *terminal, d *heron.Device) []string {
	id := d.Identity
	title := d.Title()
	if d.Quarantined {
		title += " " + t.red("(quarantined)")
	}
	return []string{riskText(t, d.Risk), d.Standing.Criticality.Value, heron.TypeTitle(id.Type.Value), title, claim(id.Vendor), claim(id.Model), join(d.IPs, 1), presenceText(t, d), ago(d.Last.Std()), d.ID}
}

// presenceText says in a word whether a device is there.
func presenceText(t *terminal, d *heron.Device) string {
	switch s := string(d.Presence.State); d.Presence.State {
	case heron.PresenceAway, heron.PresenceGone:
		return t.red(s)
	case heron.PresencePresent:
		return s
	default:
		return t.faint(s)
	}
}

func riskText(t *terminal, r *heron.RiskSummary) string {
	if r == nil {
		return t.faint("?")
	}
	s := fmt.Sprintf("%3.0f %s", r.Score, r.Level)
	if r.Level == heron.RiskHigh || r.Level == heron.RiskCritical {
		return t.red(s)
	}
	return s
}

func newDeviceRename(t *terminal, f *serverFlags) *cobra.Command {
	return &cobra.Command{
		Use: "rename DEVICE NAME", Short: "Give a device a name", Args: needArgs(2, "a device (id, address or name) and a name"),
		RunE: f.doDevice(func(ctx context.Context, cl *client.Client, args []string) error {
			d, err := cl.RenameDevice(ctx, args[0], joinWords(args[1:]), 0)
			if err != nil {
				return err
			}
			return t.done(f, d, "%s is called %s now", d.ID, d.Name)
		}),
	}
}

func newDeviceMerge(t *terminal, f *serverFlags) *cobra.Command {
	var reason string
	c := &cobra.Command{Use: "merge ID OTHER…", Short: "Say that others are the same device as ID", Args: needArgs(2, "a device id and at least one other")}
	c.RunE = f.do(func(ctx context.Context, cl *client.Client, args []string) error {
		d, err := cl.MergeDevices(ctx, args[0], args[1:], reason)
		if err != nil {
			return err
		}
		return t.done(f, d, "merged into %s; heron device undo takes it back", d.Title())
	})
	c.Flags().StringVar(&reason, "reason", "merged by hand", "why")
	return c
}

func newDeviceSplit(t *terminal, f *serverFlags) *cobra.Command {
	var reason string
	c := &cobra.Command{Use: "split ID ADDRESS…", Short: "Move addresses of a device to one of their own", Args: needArgs(2, "a device id and MAC or IP addresses of it")}
	c.RunE = f.do(func(ctx context.Context, cl *client.Client, args []string) error {
		list, err := cl.SplitDevice(ctx, args[0], args[1:], reason)
		if err != nil {
			return err
		}
		return t.done(f, list, "split into %d devices; heron device undo takes it back", len(list))
	})
	c.Flags().StringVar(&reason, "reason", "split by hand", "why")
	return c
}

func newDeviceUndo(t *terminal, f *serverFlags) *cobra.Command {
	var limit int
	c := &cobra.Command{
		Use: "undo [ENTRY]", Short: "Take back a merge, split, rename or correction; without ENTRY, list them", Args: maybeArg,
		RunE: f.do(func(ctx context.Context, cl *client.Client, args []string) error {
			if len(args) == 0 {
				return printLedger(ctx, t, f, cl, limit)
			}
			list, err := cl.UndoLedger(ctx, args[0])
			if err != nil {
				return err
			}
			return t.done(f, list, "taken back; %d devices changed", len(list))
		}),
	}
	c.Flags().IntVar(&limit, "limit", 50, "list at most so many (0: no bound)")
	return c
}

func printLedger(ctx context.Context, t *terminal, f *serverFlags, cl *client.Client, limit int) error {
	list, err := collect(cl.Ledger(ctx), limit)
	if err != nil {
		return err
	}
	if f.json {
		return t.json(list)
	}
	rows := make([][]string, 0, len(list))
	for i := range list {
		e := &list[i]
		undone := ""
		if e.Undone {
			undone = "taken back"
		}
		rows = append(rows, []string{ago(e.Time.Std()), e.Actor, entryWords(e), e.Reason, undone, e.ID})
	}
	t.table([]string{"When", "Who", "What", "Why", "", "Entry"}, rows)
	return nil
}

// entryWords says what an entry of the ledger did, and to whom.
func entryWords(e *heron.LedgerEntry) string {
	address := strings.NewReplacer("mac:", "", "ip:", "").Replace
	d := e.Detail
	switch {
	case e.Op == "merge":
		return "merge " + address(d["anchors"]) + " into " + address(d["keep"])
	case e.Op == "split":
		return "split off " + address(d["anchors"])
	case d["field"] != "":
		return fmt.Sprintf("%s %s %s of %s", e.Op, d["field"], d["value"], address(d["anchor"]))
	}
	return fmt.Sprintf("%s %s %s", e.Op, address(d["anchor"]), d["new"])
}

// done prints what came of a change: JSON for machines, a sentence for people.
func (t *terminal) done(f *serverFlags, v any, format string, args ...any) error {
	if f.json {
		return t.json(v)
	}
	fmt.Fprintf(t.out, t.green("✓")+" "+format+"\n", args...)
	return nil
}
