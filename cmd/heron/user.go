package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/client"
)

func newUserCommand(t *terminal) *cobra.Command {
	f := &serverFlags{}
	c := f.group("user", "Users of a running server: login, list, add, remove, password")
	c.AddCommand(newUserLogin(t, f), newUserList(t, f), newUserAdd(t, f), newUserRemove(t, f), newUserPassword(t, f))
	return c
}

// tokenLife is how long the token of `heron user login` is good.
const tokenLife = 30 * 24 * time.Hour

func newUserLogin(t *terminal, f *serverFlags) *cobra.Command {
	return &cobra.Command{
		Use: "login NAME", Short: "Log in and keep a token for the other commands", Args: oneArg("a user name"),
		Long: "Ask for the password, make an API token that is good for 30 days, and keep it in the\nfile of --token-file with mode 0600.",
		RunE: func(cmd *cobra.Command, args []string) error {
			password, err := t.askPassword("Password of " + args[0] + ": ")
			if err != nil {
				return err
			}
			c, err := client.New(f.server, client.WithUserAgent("heron/"+version))
			if err != nil {
				return usageError{err}
			}
			return login(cmd.Context(), t, f, c, args[0], password)
		},
	}
}

func login(ctx context.Context, t *terminal, f *serverFlags, c *client.Client, name, password string) error {
	s, err := c.Login(ctx, name, password)
	if err != nil {
		return err
	}
	host, err := os.Hostname()
	if err != nil {
		host = "command line"
	}
	token, secret, err := c.CreateToken(ctx, "command line on "+host, s.User.Role, heron.TimeOf(time.Now().Add(tokenLife)))
	if err != nil {
		return errors.Join(err, c.Logout(ctx))
	}
	if err := os.MkdirAll(filepath.Dir(f.tokenFile), 0o700); err != nil {
		return fmt.Errorf("keep token: %w", err)
	}
	if err := os.WriteFile(f.tokenFile, []byte(secret+"\n"), 0o600); err != nil {
		return fmt.Errorf("keep token: %w", err)
	}
	return errors.Join(c.Logout(ctx), t.done(f, token, "logged in as %s (%s); the token is in %s", s.User.Name, s.User.Role, f.tokenFile))
}

func newUserList(t *terminal, f *serverFlags) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List users", Args: noArgs,
		RunE: f.do(func(ctx context.Context, cl *client.Client, _ []string) error {
			list, err := cl.Users(ctx)
			if err != nil {
				return err
			}
			if f.json {
				return t.json(list)
			}
			rows := make([][]string, 0, len(list))
			for _, u := range list {
				state := "active"
				if u.Disabled {
					state = "disabled"
				}
				rows = append(rows, []string{u.Name, u.Role.String(), state, ago(u.LastSeen.Std()), u.ID})
			}
			t.table([]string{"Name", "Role", "State", "Seen", "ID"}, rows)
			return nil
		}),
	}
}

func newUserAdd(t *terminal, f *serverFlags) *cobra.Command {
	var role string
	c := &cobra.Command{Use: "add NAME", Short: "Add a user; asks for the password", Args: oneArg("a user name")}
	c.RunE = f.do(func(ctx context.Context, cl *client.Client, args []string) error {
		var r heron.Role
		if err := r.UnmarshalText([]byte(role)); err != nil {
			return usageError{err}
		}
		password, err := t.askPassword("Password for " + args[0] + ": ")
		if err != nil {
			return err
		}
		u, err := cl.CreateUser(ctx, args[0], r, password)
		if err != nil {
			return err
		}
		return t.done(f, u, "%s may log in as %s", u.Name, u.Role)
	})
	c.Flags().StringVar(&role, "role", "viewer", "viewer, analyst, operator or admin")
	choices(c, "role", "viewer", "analyst", "operator", "admin")
	return c
}

// userByName finds the id of a user.
func userByName(ctx context.Context, cl *client.Client, name string) (*heron.User, error) {
	list, err := cl.Users(ctx)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(list, func(u heron.User) bool { return u.Name == name || u.ID == name })
	if i < 0 {
		return nil, heron.Errorf(heron.CodeNotFound, "no user is called %q", name)
	}
	return &list[i], nil
}

func newUserRemove(t *terminal, f *serverFlags) *cobra.Command {
	return &cobra.Command{
		Use: "remove NAME", Short: "Remove a user, with sessions and tokens", Args: oneArg("a user name"),
		RunE: f.do(func(ctx context.Context, cl *client.Client, args []string) error {
			u, err := userByName(ctx, cl, args[0])
			if err != nil {
				return err
			}
			if err := cl.DeleteUser(ctx, u.ID); err != nil {
				return err
			}
			return t.done(f, map[string]string{"removed": u.ID}, "%s is removed", u.Name)
		}),
	}
}

func newUserPassword(t *terminal, f *serverFlags) *cobra.Command {
	return &cobra.Command{
		Use: "password NAME", Short: "Set a user's password, and end the user's sessions", Args: oneArg("a user name"),
		RunE: f.do(func(ctx context.Context, cl *client.Client, args []string) error {
			u, err := userByName(ctx, cl, args[0])
			if err != nil {
				return err
			}
			password, err := t.askPassword("New password of " + u.Name + ": ")
			if err != nil {
				return err
			}
			if u, err = cl.UpdateUser(ctx, u.ID, client.UserChange{Password: &password}, 0); err != nil {
				return err
			}
			return t.done(f, u, "the password of %s is changed", u.Name)
		}),
	}
}

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
