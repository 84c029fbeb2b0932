package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/client"
)

// serverFlags say which server a client command talks to, and how.
type serverFlags struct {
	server, tokenFile string
	json              bool
}

// group returns a command whose subcommands talk to a server.
func (f *serverFlags) group(use, short string) *cobra.Command {
	c := &cobra.Command{
		Use: use, Short: short, Args: noArgs,
		Long: short + ".\n\nThe server is that of --server or HERON_SERVER. The token is read from --token-file or\nHERON_TOKEN_FILE, or is the one that \"heron user login\" keeps.",
	}
	f.addServer(c)
	c.PersistentFlags().BoolVar(&f.json, "json", false, "print JSON")
	return c
}

// addServer adds the flags that name the server and the token.
func (f *serverFlags) addServer(c *cobra.Command) {
	s := c.PersistentFlags()
	s.StringVar(&f.server, "server", orDefault(os.Getenv("HERON_SERVER"), defaultServer), "address of the server")
	s.StringVar(&f.tokenFile, "token-file", orDefault(os.Getenv("HERON_TOKEN_FILE"), defaultTokenFile()), "file with the API token (default: the one that heron user login keeps)")
	// What help says must not depend on who asks, or where.
	s.Lookup("server").DefValue, s.Lookup("token-file").DefValue = defaultServer, ""
}

func orDefault(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// defaultServer is where heron serve listens when it is told nothing.
const defaultServer = "http://127.0.0.1:8420"

// defaultTokenFile is where `heron user login` keeps its token.
func defaultTokenFile() string {
	dir, err := os.UserConfigDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "heron", "token")
}

// client returns a client with the token.
func (f *serverFlags) client() (*client.Client, error) {
	b, err := os.ReadFile(f.tokenFile)
	if errors.Is(err, os.ErrNotExist) {
		return nil, heron.Errorf(heron.CodeUnauthorized, "no token at %s; log in first with: heron user login NAME, or name a file with --token-file", f.tokenFile)
	}
	if err != nil {
		return nil, fmt.Errorf("token: %w", err)
	}
	return client.New(f.server, client.WithToken(strings.TrimSpace(string(b))), client.WithUserAgent("heron/"+version))
}

// do runs fn with a client.
func (f *serverFlags) do(fn func(ctx context.Context, c *client.Client, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		c, err := f.client()
		if err != nil {
			return err
		}
		err = fn(cmd.Context(), c, args)
		if heron.ErrorCode(err) == heron.CodeUnauthorized {
			return heron.Errorf(heron.CodeUnauthorized, "the server does not take the token in %s (%v); log in again with: heron user login NAME", f.tokenFile, err)
		}
		return err
	}
}

// collect reads a sequence to its end, or to limit items where limit is not 0.
func collect[T any](seq iter.Seq2[T, error], limit int) ([]T, error) {
	out := []T{}
	for v, err := range seq {
		if err != nil {
			return nil, err
		}
		out = append(out, v)
		if len(out) == limit {
			break
		}
	}
	return out, nil
}

// askPassword reads a password without showing it; from a pipe, its first line.
func (t *terminal) askPassword(prompt string) (string, error) {
	list, err := t.askSecrets("password", prompt)
	if err != nil {
		return "", err
	}
	return list[0], nil
}

// askSecrets reads a secret for each prompt without showing it; from a pipe, a line each.
func (t *terminal) askSecrets(what string, prompts ...string) ([]string, error) {
	out := make([]string, len(prompts))
	lines := bufio.NewReader(t.in)
	for i, prompt := range prompts {
		secret, err := t.askSecret(lines, prompt)
		if err != nil {
			return nil, err
		}
		if secret == "" {
			return nil, usageError{fmt.Errorf("the %s is read from the terminal or from standard input; there was none", what)}
		}
		out[i] = secret
	}
	return out, nil
}

func (t *terminal) askSecret(lines *bufio.Reader, prompt string) (string, error) {
	if f, ok := t.in.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		fmt.Fprint(t.err, prompt)
		b, err := term.ReadPassword(int(f.Fd()))
		fmt.Fprintln(t.err)
		return string(b), err
	}
	line, err := lines.ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	return strings.TrimRight(line, "\r\n"), nil
}

// ago shows how long ago something was.
func ago(at time.Time) string {
	d := time.Since(at)
	switch {
	case at.IsZero():
		return "never"
	case d < time.Minute:
		return "now"
	case d < time.Hour:
		return fmt.Sprintf("%d min ago", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h ago", int(d.Hours()))
	}
	return fmt.Sprintf("%d days ago", int(d.Hours()/24))
}
