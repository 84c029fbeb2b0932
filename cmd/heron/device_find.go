package main

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/client"
)

// doDevice is do for commands whose first argument is a device: an id, or an
// address or name that only one device has. fn is given its id.
func (f *serverFlags) doDevice(fn func(ctx context.Context, c *client.Client, args []string) error) func(*cobra.Command, []string) error {
	return f.do(func(ctx context.Context, c *client.Client, args []string) error {
		id, err := findDevice(ctx, c, args[0])
		if err != nil {
			return err
		}
		return fn(ctx, c, append([]string{id}, args[1:]...))
	})
}

func findDevice(ctx context.Context, c *client.Client, word string) (string, error) {
	if len(word) == len(heron.DeriveID()) && strings.Count(word, "-") == 4 {
		return remaining(ctx, c, word)
	}
	list, err := collect(c.Devices(ctx, client.DeviceQuery{Search: `"` + strings.ReplaceAll(word, `"`, "") + `"`}), 0)
	if err != nil {
		return "", err
	}
	list = slices.DeleteFunc(list, func(d heron.Device) bool { return !isCalled(&d, word) })
	switch len(list) {
	case 0:
		return "", heron.Errorf(heron.CodeNotFound, "no device has the id, address or name %q; heron device list shows them", word)
	case 1:
		return list[0].ID, nil
	}
	ids := make([]string, len(list))
	for i := range list {
		ids[i] = list[i].ID
	}
	return "", heron.Errorf(heron.CodeInvalid, "%d devices have the address or name %q; say which by id: %s", len(list), word, joinWords(ids))
}

func isCalled(d *heron.Device, word string) bool {
	same := func(s string) bool { return strings.EqualFold(s, word) }
	return same(d.Name) || slices.ContainsFunc(d.Hostnames, same) ||
		slices.ContainsFunc(texts(d.IPs), same) || slices.ContainsFunc(texts(d.MACs), same)
}

// mergesFollowed bounds how often what a device was merged into was itself merged.
const mergesFollowed = 8

// remaining is the id of the device that is left of one: itself, or what it was merged into.
func remaining(ctx context.Context, c *client.Client, id string) (string, error) {
	for range mergesFollowed {
		d, err := c.Device(ctx, id)
		if err != nil || d.MergedInto == "" {
			return id, err
		}
		id = d.MergedInto
	}
	return id, nil
}
