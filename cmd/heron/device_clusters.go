package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/client"
)

func newDeviceClusters(t *terminal, f *serverFlags) *cobra.Command {
	values := map[string]*string{}
	var reason string
	c := &cobra.Command{
		Use: "clusters [CLUSTER]", Short: "Devices of unknown type that are alike; name one, name all", Args: maybeArg,
		Long: `List the groups of devices of unknown type that are alike, and what they have in
common that others have not; with the id of a group, all of that and its devices. Where
people said what another device is that they are like, that is told too.

--type, --vendor, --model, --os and --firmware say what all devices of a group are.
That locks the field of each, as heron device identify does, and can be taken back
device by device. A group's id stands for its devices: when these change, so does it.`,
		Example: "  heron device clusters\n  heron device clusters 5f1c0a9b33e27d84 --type smart_plug --vendor Acme",
	}
	c.RunE = f.do(func(ctx context.Context, cl *client.Client, args []string) error {
		var said []heron.Correction
		for _, field := range heron.IdentityFields() {
			if v := strings.TrimSpace(*values[field]); v != "" {
				said = append(said, heron.Correction{Field: field, Value: v, Reason: reason})
			}
		}
		switch {
		case len(said) > 0 && len(args) == 0:
			return usageError{errors.New("say which group is meant: heron device clusters CLUSTER --type …")}
		case len(said) > 0:
			return nameCluster(ctx, t, f, cl, args[0], said)
		}
		if len(args) > 0 {
			group, err := cl.Cluster(ctx, args[0])
			if err != nil {
				return err
			}
			return showCluster(t, f, group)
		}
		all, err := cl.Clusters(ctx)
		if err != nil {
			return err
		}
		return printClusters(t, f, all)
	})
	for _, field := range heron.IdentityFields() {
		values[field] = c.Flags().String(field, "", "the "+field+" of all devices of the group")
	}
	c.Flags().StringVar(&reason, "reason", "", "why")
	return c
}

// nameCluster says of all devices of a group what they are.
func nameCluster(ctx context.Context, t *terminal, f *serverFlags, cl *client.Client, id string, said []heron.Correction) error {
	var changed *heron.List[heron.Device]
	for _, c := range said {
		list, err := cl.CorrectCluster(ctx, id, c)
		if err != nil {
			return err
		}
		changed = list
	}
	return t.done(f, changed, "%s are taken for: %s", count(changed.Total, "device"), saidOf(said))
}

func saidOf(said []heron.Correction) string {
	words := make([]string, 0, len(said))
	for _, c := range said {
		words = append(words, c.Field+" "+c.Value)
	}
	return strings.Join(words, ", ")
}

func printClusters(t *terminal, f *serverFlags, all *heron.Clusters) error {
	if f.json {
		return t.json(all)
	}
	rows := make([][]string, 0, len(all.Items))
	for _, c := range all.Items {
		rows = append(rows, []string{fmt.Sprint(c.Size), traitsOf(c.Common, 3), c.Members[0].Title, likeOf(c.Like), c.ID})
	}
	t.table([]string{"Devices", "In common", "Such as", "Like", "ID"}, rows)
	if more := all.Total - len(all.Items); more > 0 {
		t.say("%s more, none of them larger", count(more, "group"))
	}
	t.say("%s of unknown type; like no other: %d", count(all.Unknown, "device"), all.Alone)
	return nil
}

// likeOf shows what people said of the device that a group is like.
func likeOf(e *heron.Example) string {
	if e == nil {
		return ""
	}
	var words []string
	for _, field := range []string{"vendor", "model"} {
		if v := e.Said[field]; v != "" {
			words = append(words, v)
		}
	}
	words = append(words, heron.TypeTitle(e.Said["type"]))
	return fmt.Sprintf("%s: %s", e.Title, strings.Join(words, " "))
}

// traitsOf shows the first traits in short.
func traitsOf(list []heron.Trait, n int) string {
	var words []string
	for _, x := range list[:min(n, len(list))] {
		words = append(words, x.Key+" = "+x.Value)
	}
	return strings.Join(words, ", ")
}

func showCluster(t *terminal, f *serverFlags, c *heron.Cluster) error {
	if f.json {
		return t.json(c)
	}
	rows := make([][]string, 0, len(c.Common))
	for _, x := range c.Common {
		rows = append(rows, []string{x.Key, x.Value, percent(x.Share), fmt.Sprint(x.Elsewhere)})
	}
	t.table([]string{"In common", "Value", "Of them", "Others"}, rows)
	fmt.Fprintln(t.out)
	rows = rows[:0]
	for _, m := range c.Members {
		rows = append(rows, []string{m.Title, percent(m.Likeness), m.DeviceID})
	}
	t.table([]string{"Device", "Alike", "ID"}, rows)
	if c.Like != nil {
		fmt.Fprintf(t.out, "\n%s alike to %s (%s)\n", percent(c.Like.Likeness), likeOf(c.Like), c.Like.DeviceID)
	}
	return nil
}
