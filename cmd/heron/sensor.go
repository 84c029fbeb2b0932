package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/heron-iot/heron/client"
)

func newSensorCommand(t *terminal) *cobra.Command {
	f := &serverFlags{}
	c := f.group("sensor", "Sensors of a running server: list, add, remove, configure")
	c.AddCommand(newSensorList(t, f), newSensorAdd(t, f), newSensorRemove(t, f), newSensorConfig(t, f))
	return c
}

func newSensorList(t *terminal, f *serverFlags) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List sensors with what they saw and lost", Args: noArgs,
		RunE: f.do(func(ctx context.Context, cl *client.Client, _ []string) error {
			list, err := cl.Sensors(ctx)
			if err != nil {
				return err
			}
			if f.json {
				return t.json(list)
			}
			rows := make([][]string, 0, len(list))
			for _, s := range list {
				state := s.State
				if state == "offline" {
					state = t.red(state)
				}
				packets, flows, lost := counted(&s)
				shed, waits, config := shedAndWaiting(&s)
				rows = append(rows, []string{
					s.Name, state, ago(s.LastSeen.Std()), packets, flows, lost,
					shed, waits, config, s.ID,
				})
			}
			t.table([]string{"Sensor", "State", "Seen", "Packets", "Flows", "Lost", "Shed", "Waits", "Config", "ID"}, rows)
			return nil
		}),
	}
}

func newSensorAdd(t *terminal, f *serverFlags) *cobra.Command {
	return &cobra.Command{
		Use: "add NAME", Short: "Let a sensor in; prints its token, once", Args: oneArg("a name for the sensor"),
		RunE: f.do(func(ctx context.Context, cl *client.Client, args []string) error {
			s, token, err := cl.AddSensor(ctx, args[0])
			if err != nil {
				return err
			}
			if f.json {
				return t.json(map[string]any{"sensor": s, "token": token})
			}
			fmt.Fprintln(t.out, token)
			t.say("put it into a file on the sensor's host, mode 0600, and start there:\n  heron serve --role sensor --sensor-name %s --bus tls://THIS-HOST:4222 --bus-token-file FILE --interface IF", s.Name)
			return nil
		}),
	}
}

func newSensorRemove(t *terminal, f *serverFlags) *cobra.Command {
	return &cobra.Command{
		Use: "remove ID", Short: "Forget a sensor and refuse it from now on", Args: oneArg("a sensor id"),
		RunE: f.do(func(ctx context.Context, cl *client.Client, args []string) error {
			if err := cl.RemoveSensor(ctx, args[0]); err != nil {
				return err
			}
			return t.done(f, map[string]string{"removed": args[0]}, "%s is removed", args[0])
		}),
	}
}
