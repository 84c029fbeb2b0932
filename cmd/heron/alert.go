package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/client"
)

func newAlertCommand(t *terminal) *cobra.Command {
	f := &serverFlags{}
	c := f.group("alert", "Alerts of a running server: list, show, triage, watch, packets")
	c.AddCommand(newAlertList(t, f), newAlertShow(t, f), newAlertTriage(t, f), newAlertWatch(t, f), newAlertPackets(t, f))
	return c
}

func newAlertList(t *terminal, f *serverFlags) *cobra.Command {
	var states, severities []string
	var limit int
	c := &cobra.Command{Use: "list [TEXT…]", Short: "List alerts, newest first"}
	c.RunE = f.do(func(ctx context.Context, cl *client.Client, args []string) error {
		q := client.AlertQuery{Text: joinWords(args)}
		for _, s := range states {
			q.States = append(q.States, heron.AlertState(s))
		}
		for _, s := range severities {
			var v heron.Severity
			if err := v.UnmarshalText([]byte(s)); err != nil {
				return usageError{err}
			}
			q.Severities = append(q.Severities, v)
		}
		list, err := collect(cl.Alerts(ctx, q), limit)
		if err != nil {
			return err
		}
		if f.json {
			return t.json(list)
		}
		rows := make([][]string, 0, len(list))
		for _, a := range list {
			rows = append(rows, []string{t.severity(a.Severity), string(a.State), ago(a.Last.Std()), a.Summary, a.Detector, a.ID})
		}
		t.table([]string{"Severity", "State", "Last", "What", "Detector", "ID"}, rows)
		return nil
	})
	c.Flags().StringSliceVar(&states, "state", []string{"open", "acknowledged"}, "states to list")
	c.Flags().StringSliceVar(&severities, "severity", nil, "severities to list (default: all)")
	choices(c, "state", "open", "acknowledged", "suppressed", "closed")
	choices(c, "severity", "info", "low", "medium", "high", "critical")
	c.Flags().IntVar(&limit, "limit", 100, "at most so many (0: all)")
	return c
}

func newAlertShow(t *terminal, f *serverFlags) *cobra.Command {
	return &cobra.Command{
		Use: "show ID", Short: "Tell everything about one alert", Args: oneArg("an alert id"),
		RunE: f.do(func(ctx context.Context, cl *client.Client, args []string) error {
			a, err := cl.Alert(ctx, args[0])
			if err != nil {
				return err
			}
			if f.json {
				return t.json(a)
			}
			fmt.Fprintf(t.out, "%s  %s, %s\n%s\n\n", t.bold(a.Title), t.severity(a.Severity), a.State, a.Summary)
			pairs := []string{
				"id", a.ID,
				"detector", a.Detector,
				"confidence", percent(a.Confidence),
				"first", a.First.String(),
				"last", a.Last.String(),
				"count", fmt.Sprint(a.Count),
				"device", a.DeviceID,
				"ATT&CK", strings.Join(a.Attack, " "),
				"verdict", string(a.Verdict),
				"note", a.Note,
			}
			for _, k := range sortedKeys(a.Evidence) {
				pairs = append(pairs, k, a.Evidence[k])
			}
			t.fields(pairs...)
			return nil
		}),
	}
}

func newAlertTriage(t *terminal, f *serverFlags) *cobra.Command {
	var state, verdict, note string
	c := &cobra.Command{
		Use: "triage ID", Short: "Set state, verdict or note of an alert", Args: oneArg("an alert id"),
		Example: "  heron alert triage ID --verdict expected --state closed --note 'our own scanner'",
	}
	c.RunE = func(cmd *cobra.Command, args []string) error {
		return f.do(func(ctx context.Context, cl *client.Client, args []string) error {
			var change client.AlertChange
			if cmd.Flags().Changed("state") {
				change.State = new(heron.AlertState(state))
			}
			if cmd.Flags().Changed("verdict") {
				change.Verdict = new(heron.AlertVerdict(verdict))
			}
			if cmd.Flags().Changed("note") {
				change.Note = &note
			}
			if change == (client.AlertChange{}) {
				return usageError{errors.New("want at least one of --state, --verdict and --note")}
			}
			a, err := cl.UpdateAlert(ctx, args[0], change, 0)
			if err != nil {
				return err
			}
			return t.done(f, a, "%s is %s", a.ID, joinWords(present(string(a.State), string(a.Verdict))))
		})(cmd, args)
	}
	c.Flags().StringVar(&state, "state", "", "open, acknowledged, suppressed or closed")
	c.Flags().StringVar(&verdict, "verdict", "", "true, false or expected")
	choices(c, "state", "open", "acknowledged", "suppressed", "closed")
	choices(c, "verdict", "true", "false", "expected")
	c.Flags().StringVar(&note, "note", "", "what others should know")
	return c
}

func newAlertWatch(t *terminal, f *serverFlags) *cobra.Command {
	return &cobra.Command{
		Use: "watch", Short: "Print alerts as they come, until Ctrl-C", Args: noArgs,
		RunE: f.do(func(ctx context.Context, cl *client.Client, _ []string) error {
			for m, err := range cl.Live(ctx, -1, heron.LiveAlert) {
				if err != nil {
					if ctx.Err() != nil {
						return nil
					}
					return err
				}
				if m.Kind == heron.LiveAlert {
					if err := printLiveAlert(t, f, m); err != nil {
						return err
					}
				}
			}
			return nil
		}),
	}
}

func printLiveAlert(t *terminal, f *serverFlags, m heron.Live) error {
	if f.json {
		_, err := fmt.Fprintf(t.out, "%s\n", m.Data)
		return err
	}
	var a heron.Alert
	if err := json.Unmarshal(m.Data, &a); err != nil {
		return fmt.Errorf("live message %d: %w", m.Seq, err)
	}
	_, err := fmt.Fprintf(t.out, "%s  %-8s %-12s %s\n", a.Last, t.severity(a.Severity), a.State, a.Summary)
	return err
}
