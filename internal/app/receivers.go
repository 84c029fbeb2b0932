package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/config"
	"github.com/heron-iot/heron/internal/httpapi"
	"github.com/heron-iot/heron/internal/notify"
	notifyall "github.com/heron-iot/heron/internal/notify/all"
	"github.com/heron-iot/heron/internal/store"
)

// Receivers are kept in the store as one setting. What is secret in a
// receiver's configuration is sealed apart and named there by reference.
const (
	receiversSetting = "receivers"
	secretSetting    = "secret."
	masked           = "••••••"
)

// secretKeys are the keys of a receiver's configuration that hold secrets.
const secretKeys = " secret password token key "

// loadReceivers reads the receivers that people made on the page, and those of
// the configuration file, which win where names are the same.
func (p *Platform) loadReceivers(ctx context.Context) error {
	list, err := p.storedReceivers(ctx)
	if err != nil {
		return err
	}
	for _, c := range p.conf.Receive {
		list = slices.DeleteFunc(list, func(r httpapi.Receiver) bool { return r.Name == c.Name })
		list = append(list, httpapi.Receiver{Name: c.Name, Notifier: c.Notifier, Enabled: true, Config: c.Config})
	}
	senders, receivers, err := p.senders(list)
	if err != nil {
		return err
	}
	p.notify.SetReceivers(senders)
	p.store.SetReceivers(receivers)
	return nil
}

func (p *Platform) storedReceivers(ctx context.Context) ([]httpapi.Receiver, error) {
	text, err := p.store.GetSetting(ctx, receiversSetting)
	if err != nil || text == "" {
		return nil, err
	}
	var list []httpapi.Receiver
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		return nil, fmt.Errorf("stored receivers: %w", err)
	}
	return list, nil
}

// senders makes the senders of enabled receivers; all faults are told at once.
func (p *Platform) senders(list []httpapi.Receiver) (map[string]notify.Sender, []store.Receiver, error) {
	senders := map[string]notify.Sender{}
	var receivers []store.Receiver
	var errs []error
	for _, r := range list {
		s, err := p.sender(r)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if r.Enabled {
			senders[r.Name] = s
			receivers = append(receivers, store.Receiver{Name: r.Name, MinSeverity: r.MinSeverity})
		}
	}
	return senders, receivers, errors.Join(errs...)
}

func (p *Platform) sender(r httpapi.Receiver) (notify.Sender, error) {
	resolve := p.secret
	if p.fromFile(r.Name) {
		resolve = fileSecret
	}
	for _, n := range notifyall.Notifiers() {
		if n.Name == r.Notifier {
			s, err := n.New(r.Config, resolve)
			if err != nil {
				return nil, heron.Errorf(heron.CodeInvalid, "receiver %q: %v", r.Name, err)
			}
			return s, nil
		}
	}
	return nil, heron.Errorf(heron.CodeInvalid, "receiver %q: no notifier is called %q", r.Name, r.Notifier)
}

// fromFile tells receivers of the configuration file from those of the page.
func (p *Platform) fromFile(name string) bool {
	return slices.ContainsFunc(p.conf.Receive, func(r config.Receiver) bool { return r.Name == name })
}

// fileSecret reads the secret that a receiver of the configuration file names,
// as file:/etc/heron/hook.secret. Only whoever writes that file may name others.
func fileSecret(ref string) (string, error) {
	path, ok := strings.CutPrefix(ref, "file:")
	if !ok {
		return "", heron.Errorf(heron.CodeInvalid, "a secret in the configuration file is named as file:PATH")
	}
	b, err := os.ReadFile(path)
	return strings.TrimSpace(string(b)), err
}

// secret opens the secret that a reference names.
func (p *Platform) secret(ref string) (string, error) {
	ctx, cancel := context.WithTimeout(p.ctx, lastWords)
	defer cancel()
	sealed, err := p.store.GetSetting(ctx, secretSetting+ref)
	if err != nil {
		return "", err
	}
	if sealed == "" {
		return "", heron.Errorf(heron.CodeNotFound, "no secret is kept as %q", ref)
	}
	plain, err := p.vault.Open(sealed)
	return string(plain), err
}

// ListReceivers implements httpapi.Receivers.
func (p *Platform) ListReceivers(ctx context.Context) ([]httpapi.Receiver, error) {
	list, err := p.storedReceivers(ctx)
	if err != nil {
		return nil, err
	}
	for i := range list {
		list[i].Config, err = mapConfig(list[i].Config, func(key, value string) (string, error) {
			if isSecret(key) && value != "" {
				return masked, nil
			}
			return value, nil
		})
		if err != nil {
			return nil, err
		}
	}
	return list, nil
}

// PutReceivers implements httpapi.Receivers.
func (p *Platform) PutReceivers(ctx context.Context, _ string, list []httpapi.Receiver) error {
	p.sealing.Lock()
	defer p.sealing.Unlock()
	names := map[string]bool{}
	for i := range list {
		r := &list[i]
		if names[r.Name] {
			return heron.Errorf(heron.CodeInvalid, "two receivers are called %q", r.Name)
		}
		names[r.Name] = true
		var err error
		if r.Config, err = p.sealConfig(ctx, r); err != nil {
			return err
		}
	}
	if _, _, err := p.senders(list); err != nil {
		return err
	}
	text, err := json.Marshal(list)
	if err != nil {
		return err
	}
	if err := p.store.PutSetting(ctx, receiversSetting, string(text)); err != nil {
		return err
	}
	return p.loadReceivers(ctx)
}

// sealConfig puts the secrets of a configuration into the vault and leaves
// references; a masked one stays as it was.
func (p *Platform) sealConfig(ctx context.Context, r *httpapi.Receiver) (json.RawMessage, error) {
	return mapConfig(r.Config, func(key, value string) (string, error) {
		ref := "receiver." + r.Name + "." + key
		if !isSecret(key) || value == "" || value == ref {
			return value, nil
		}
		if value == masked {
			return ref, nil
		}
		sealed, err := p.vault.Seal([]byte(value))
		if err != nil {
			return "", err
		}
		return ref, p.store.PutSetting(ctx, secretSetting+ref, sealed)
	})
}

// TestReceiver implements httpapi.Receivers.
func (p *Platform) TestReceiver(ctx context.Context, _, name string) error {
	if err := p.notify.Test(ctx, name); err != nil {
		return heron.Errorf(heron.CodeUnavailable, "%v", err)
	}
	return nil
}

// isSecret reports whether a key's value is a secret; request headers all may be.
func isSecret(key string) bool {
	return strings.Contains(secretKeys, " "+key+" ") || strings.HasPrefix(key, "header.")
}

// mapConfig passes each text value of a configuration through fn; the values
// of an object inside it go by the object's key.
func mapConfig(raw json.RawMessage, fn func(key, value string) (string, error)) (json.RawMessage, error) {
	if len(raw) == 0 {
		return raw, nil
	}
	var m map[string]any
	if err := json.Unmarshal(raw, &m); err != nil {
		return nil, heron.Errorf(heron.CodeInvalid, "receiver configuration: want an object: %v", err)
	}
	if err := mapValues("", m, fn); err != nil {
		return nil, err
	}
	return json.Marshal(m)
}

func mapValues(prefix string, m map[string]any, fn func(key, value string) (string, error)) error {
	for _, k := range slices.Sorted(maps.Keys(m)) {
		switch v := m[k].(type) {
		case string:
			text, err := fn(prefix+k, v)
			if err != nil {
				return err
			}
			m[k] = text
		case map[string]any:
			if err := mapValues(prefix+k+".", v, fn); err != nil {
				return err
			}
		}
	}
	return nil
}
