package main

import (
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/client"
)

func newCredentialCommand(t *terminal) *cobra.Command {
	f := &serverFlags{}
	c := f.group("credential", "Credentials of a running server: list, set, remove, rotate-key")
	c.AddCommand(newCredentialList(t, f), newCredentialSet(t, f), newCredentialRemove(t, f), newCredentialRotate(t, f))
	return c
}

func newCredentialList(t *terminal, f *serverFlags) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List what switches are asked with, but no secrets", Args: noArgs,
		RunE: f.do(func(ctx context.Context, cl *client.Client, _ []string) error {
			list, err := cl.Credentials(ctx)
			if err != nil {
				return err
			}
			if f.json {
				return t.json(list)
			}
			rows := make([][]string, 0, len(list))
			for i := range list {
				x := &list[i]
				rows = append(rows, []string{x.Name, kindWords(x), x.User, joinWords(present(x.Auth, x.Privacy)), ago(x.Changed.Std()), x.ChangedBy})
			}
			t.table([]string{"Name", "Kind", "User", "Protocols", "Changed", "By"}, rows)
			return nil
		}),
	}
}

func kindWords(x *heron.Credential) string { return strings.ReplaceAll(string(x.Kind), "_", " ") }

func newCredentialSet(t *terminal, f *serverFlags) *cobra.Command {
	var x heron.Credential
	c := &cobra.Command{
		Use: "set NAME", Short: "Set a community of SNMP, or a user of its version 3", Args: oneArg("a name for the credential"),
		Long: `Set a credential that discovery.switches of the server's configuration names. Without
--user it is a community. Secrets are asked for, or read from standard input, a line
each: the community; or the password of --auth, then that of --privacy. They are
sealed in the vault of the server, and nothing tells them again. To set a credential
that there is already is to replace it.`,
		Example: "  heron credential set cell <community.txt\n  heron credential set core --user heron --auth sha256 --privacy aes",
	}
	c.RunE = f.do(func(ctx context.Context, cl *client.Client, args []string) error {
		x.Name = args[0]
		s, err := askCredential(t, &x)
		if err != nil {
			return err
		}
		put, err := cl.PutCredential(ctx, x, s)
		if err != nil {
			return err
		}
		return t.done(f, put, "%s is set, %s", put.Name, kindWords(put))
	})
	c.Flags().StringVar(&x.User, "user", "", "user of SNMP's version 3")
	c.Flags().StringVar(&x.Auth, "auth", "", "how the user proves itself: sha1, sha256, sha384 or sha512")
	c.Flags().StringVar(&x.Privacy, "privacy", "", "what encrypts: aes")
	choices(c, "auth", "sha1", "sha256", "sha384", "sha512")
	choices(c, "privacy", "aes")
	return c
}

// askCredential asks for the secrets that a credential has.
func askCredential(t *terminal, x *heron.Credential) (heron.Secrets, error) {
	if x.User == "" {
		if x.Auth+x.Privacy != "" {
			return heron.Secrets{}, usageError{errors.New("--auth and --privacy are of a user; name it with --user")}
		}
		x.Kind = heron.SNMPCommunity
		s, err := t.askSecrets("community", "Community: ")
		if err != nil {
			return heron.Secrets{}, err
		}
		return heron.Secrets{Community: s[0]}, nil
	}
	x.Kind = heron.SNMPUser
	var prompts []string
	if x.Auth != "" {
		prompts = append(prompts, "Password of "+x.Auth+": ")
	}
	if x.Privacy != "" {
		prompts = append(prompts, "Password of "+x.Privacy+": ")
	}
	s, err := t.askSecrets("password", prompts...)
	if err != nil {
		return heron.Secrets{}, err
	}
	var out heron.Secrets
	if x.Auth != "" {
		out.AuthPassword, s = s[0], s[1:]
	}
	if x.Privacy != "" {
		out.PrivacyPassword = s[0]
	}
	return out, nil
}

func newCredentialRemove(t *terminal, f *serverFlags) *cobra.Command {
	return &cobra.Command{
		Use: "remove NAME", Short: "Forget a credential; switches that need it are no longer asked", Args: oneArg("the name of a credential"),
		RunE: f.do(func(ctx context.Context, cl *client.Client, args []string) error {
			if err := cl.DeleteCredential(ctx, args[0]); err != nil {
				return err
			}
			return t.done(f, map[string]string{"removed": args[0]}, "%s is removed", args[0])
		}),
	}
}

func newCredentialRotate(t *terminal, f *serverFlags) *cobra.Command {
	return &cobra.Command{
		Use: "rotate-key", Short: "Make a new key for the vault, and seal all secrets with it", Args: noArgs,
		Long: "Make a new key for the server's vault, and seal all its secrets with it, also those of\nreceivers. Older keys stay in the key file: backups of the database need them.",
		RunE: f.do(func(ctx context.Context, cl *client.Client, _ []string) error {
			n, err := cl.RotateVault(ctx)
			if err != nil {
				return err
			}
			return t.done(f, map[string]int{"sealed": n}, "%s sealed with a new key", count(n, "secret"))
		}),
	}
}
