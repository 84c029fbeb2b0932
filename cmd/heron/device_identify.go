package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/client"
)

func newDeviceExplain(t *terminal, f *serverFlags) *cobra.Command {
	return &cobra.Command{
		Use: "explain DEVICE", Short: "Say what a device is, why, what speaks against it, and what would settle it",
		Args: oneArg("a device: its id, address or name"),
		RunE: f.doDevice(func(ctx context.Context, cl *client.Client, args []string) error {
			x, err := cl.Identity(ctx, args[0])
			if err != nil {
				return err
			}
			if f.json {
				return t.json(x)
			}
			if x.Identity.Claim("type") == nil {
				fmt.Fprintf(t.out, "  %-10s %s\n", "type", heron.TypeTitle(heron.Unknown))
			}
			printExplanation(t, x)
			return nil
		}),
	}
}

// identifyFlags say what a person says of a device.
type identifyFlags struct {
	values          map[string]*string // by field
	confirm, reject []string
	undo            []string
	reason          string
}

func newDeviceIdentify(t *terminal, f *serverFlags) *cobra.Command {
	o := identifyFlags{values: map[string]*string{}}
	c := &cobra.Command{
		Use: "identify DEVICE [flags]", Short: "Say what a device is and how it stands: lock, confirm or reject what is said of it",
		Long: `Say what a device is. --type, --vendor, --model, --os and --firmware lock a field to a
value, whatever is observed. --confirm says that what is said of a field is right
as things are; --reject, that it is wrong, or that FIELD=VALUE is: it is not said
again of the device. --criticality and --purdue-level say how it stands, whatever its
zone or type says. --undo takes back all that people said of a field.

What was said is in the ledger (heron device undo), and stays with the device when
it is merged or split. Devices that people identified are labelled examples: see
heron device labels.`,
		Example: "  heron device identify 10.0.0.9 --type plc --vendor Siemens --reason 'stands in cell 3'\n  heron device identify 10.0.0.9 --confirm model --reject type\n  heron device identify 10.0.0.9 --undo type\n  heron device identify 10.0.0.9 --criticality critical --reason 'the only one of its line'",
		Args:    oneArg("a device: its id, address or name"),
	}
	c.RunE = f.doDevice(func(ctx context.Context, cl *client.Client, args []string) error {
		said, err := o.corrections()
		if err != nil {
			return err
		}
		return o.run(ctx, t, f, cl, args[0], said)
	})
	for _, field := range heron.IdentityFields() {
		o.values[field] = c.Flags().String(field, "", "lock the "+field+" to this value")
	}
	o.values[heron.FieldCriticality] = c.Flags().String("criticality", "", "how much harm its failure does: "+strings.Join(heron.Criticalities(), ", "))
	o.values[heron.FieldPurdue] = c.Flags().String("purdue-level", "", "its level, 0 to 5; 3.5 is the DMZ")
	c.Flags().StringSliceVar(&o.confirm, "confirm", nil, "fields of which what is said is right")
	c.Flags().StringSliceVar(&o.reject, "reject", nil, "fields of which what is said is wrong, or FIELD=VALUE")
	c.Flags().StringSliceVar(&o.undo, "undo", nil, "fields of which people's word is taken back")
	c.Flags().StringVar(&o.reason, "reason", "", "why")
	choices(c, "confirm", heron.IdentityFields()...)
	choices(c, "reject", heron.IdentityFields()...)
	choices(c, "undo", correctable()...)
	choices(c, "criticality", heron.Criticalities()...)
	return c
}

// corrections returns what the flags say: first what is about what is said now, for
// a field that is locked may change what is said of others.
func (o *identifyFlags) corrections() ([]heron.Correction, error) {
	var out []heron.Correction
	for _, field := range o.confirm {
		out = append(out, heron.Correction{Field: field, Ruling: heron.RulingConfirm, Reason: o.reason})
	}
	for _, word := range o.reject {
		field, value, _ := strings.Cut(word, "=")
		out = append(out, heron.Correction{Field: field, Ruling: heron.RulingReject, Value: value, Reason: o.reason})
	}
	for _, field := range correctable() {
		if v := strings.TrimSpace(*o.values[field]); v != "" {
			out = append(out, heron.Correction{Field: field, Ruling: heron.RulingLock, Value: v, Reason: o.reason})
		}
	}
	if err := known(o.confirm, heron.IdentityFields()); err != nil {
		return nil, err
	}
	if err := known(o.undo, correctable()); err != nil {
		return nil, err
	}
	if len(out)+len(o.undo) == 0 {
		return nil, usageError{errors.New("say what it is: --type, --vendor, --model, --os, --firmware, --criticality, --purdue-level, --confirm, --reject or --undo")}
	}
	return out, nil
}

// correctable are the fields that people may set.
func correctable() []string { return slices.Concat(heron.IdentityFields(), heron.StandingFields()) }

// known refuses fields that are not of a list.
func known(fields, list []string) error {
	for _, field := range fields {
		if !slices.Contains(list, field) {
			return usageError{fmt.Errorf("%q: want one of %s", field, strings.Join(list, ", "))}
		}
	}
	return nil
}

func (o *identifyFlags) run(ctx context.Context, t *terminal, f *serverFlags, cl *client.Client, id string, said []heron.Correction) error {
	var d *heron.Device
	var err error
	for _, field := range o.undo {
		if d, err = cl.TakeBackCorrection(ctx, id, field); err != nil {
			return err
		}
	}
	for _, c := range said {
		if d, err = cl.CorrectDevice(ctx, id, c); err != nil {
			return err
		}
	}
	return t.done(f, d, "%s is taken for: %s  vendor %s  model %s  os %s  firmware %s  criticality %s  Purdue level %s", d.ID,
		heron.TypeTitle(d.Identity.Type.Value), claim(d.Identity.Vendor), claim(d.Identity.Model), claim(d.Identity.OS), claim(d.Identity.Firmware),
		cmp.Or(d.Standing.Criticality.Value, "–"), cmp.Or(d.Standing.Purdue.Value, "–"))
}

// label is a device that people identified, as a labelled example: what heron
// identify reads, with the answers.
type label struct {
	ID           string              `json:"id"`
	Labels       map[string]string   `json:"labels"`
	Not          map[string][]string `json:"not,omitempty"` // what people rejected
	Observations []labelled          `json:"observations"`
}

// labelled is an observation of an example.
type labelled struct {
	Key    string    `json:"key"`
	Value  string    `json:"value"`
	Source string    `json:"source,omitempty"`
	MAC    heron.MAC `json:"mac,omitzero"`
}

func newDeviceLabels(t *terminal, f *serverFlags) *cobra.Command {
	return &cobra.Command{
		Use: "labels", Short: "Write the devices that people identified as labelled examples, one JSON object a line", Args: noArgs,
		Long: `Write the devices that people identified, one JSON object a line:
{"id","labels":{"type":…},"not":{"type":[…]},"observations":[{"key","value"}]}. These are
labelled examples; heron identify reads them, labels aside.`,
		RunE: f.do(func(ctx context.Context, cl *client.Client, _ []string) error {
			for d, err := range cl.Devices(ctx, client.DeviceQuery{}) {
				if err != nil {
					return err
				}
				if len(d.Corrections) == 0 {
					continue
				}
				l, err := labelOf(ctx, cl, &d)
				if err != nil {
					return err
				}
				if err := json.NewEncoder(t.data).Encode(l); err != nil {
					return err
				}
			}
			return nil
		}),
	}
}

// labelOf makes a labelled example of a device.
func labelOf(ctx context.Context, cl *client.Client, d *heron.Device) (*label, error) {
	l := &label{ID: d.ID, Labels: map[string]string{}, Observations: []labelled{}}
	for _, c := range d.Corrections {
		if c.Ruling != heron.RulingReject {
			l.Labels[c.Field] = c.Value
			continue
		}
		if l.Not == nil {
			l.Not = map[string][]string{}
		}
		l.Not[c.Field] = append(l.Not[c.Field], c.Value)
	}
	for o, err := range cl.Observations(ctx, d.ID) {
		if err != nil {
			return nil, err
		}
		one := labelled{Key: o.Key, Value: o.Value, Source: o.Source}
		if slices.Contains(d.MACs, o.MAC) {
			one.MAC = o.MAC
		}
		l.Observations = append(l.Observations, one)
	}
	return l, nil
}
