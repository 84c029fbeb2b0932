package app

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/proto/snmp"
	"github.com/heron-iot/heron/internal/switches"
)

// sealedSecrets is what the vault seals of a credential. That it says whose they are
// keeps whoever writes to the database from giving one credential another's secrets.
type sealedSecrets struct {
	Of string `json:"of"`
	heron.Secrets
}

// maxCommunity is the longest community: SNMP has no bound, agents have 32 or more.
const maxCommunity = 255

// usable is a credential as switches are asked with it, or says what it lacks.
func usable(c *heron.Credential, s *heron.Secrets) (switches.Credential, error) {
	x := switches.Credential{Community: s.Community, User: snmp.User{
		Name: c.User, Auth: c.Auth, AuthPassword: s.AuthPassword, Privacy: c.Privacy, PrivacyPassword: s.PrivacyPassword,
	}}
	switch c.Kind {
	case heron.SNMPCommunity:
		if n := len(s.Community); n == 0 || n > maxCommunity || c.User+c.Auth+c.Privacy+s.AuthPassword+s.PrivacyPassword != "" {
			return x, heron.Errorf(heron.CodeInvalid, "want a community of 1 to %d bytes, and nothing of a user", maxCommunity)
		}
	case heron.SNMPUser:
		if err := x.User.Validate(); err != nil {
			return x, heron.Errorf(heron.CodeInvalid, "%v", err)
		}
		if s.Community != "" || c.Auth == "" && s.AuthPassword != "" || c.Privacy == "" && s.PrivacyPassword != "" {
			return x, heron.Errorf(heron.CodeInvalid, "want no community for a user, and no password that is not used")
		}
	default:
		return x, heron.Errorf(heron.CodeInvalid, "kind %q: want %s or %s", c.Kind, heron.SNMPCommunity, heron.SNMPUser)
	}
	return x, nil
}

// ListCredentials implements httpapi.Credentials.
func (p *Platform) ListCredentials(ctx context.Context) ([]heron.Credential, error) {
	return p.store.ListCredentials(ctx)
}

// PutCredential implements httpapi.Credentials.
func (p *Platform) PutCredential(ctx context.Context, actor string, c heron.Credential, s heron.Secrets) (*heron.Credential, error) {
	if _, err := usable(&c, &s); err != nil {
		return nil, err
	}
	p.sealing.Lock()
	defer p.sealing.Unlock()
	c.Changed, c.ChangedBy = wallClock(), actor
	plain, err := json.Marshal(sealedSecrets{Of: c.Name, Secrets: s})
	if err != nil {
		return nil, err
	}
	if c.Sealed, err = p.vault.Seal(plain); err != nil {
		return nil, err
	}
	return &c, p.store.PutCredential(ctx, &c)
}

// DeleteCredential implements httpapi.Credentials.
func (p *Platform) DeleteCredential(ctx context.Context, name string) error {
	p.sealing.Lock()
	defer p.sealing.Unlock()
	return p.store.DeleteCredential(ctx, name)
}

// RotateVault implements httpapi.Credentials. A crash midway leaves secrets under the
// old key, which still opens them.
func (p *Platform) RotateVault(ctx context.Context) (int, error) {
	p.sealing.Lock()
	defer p.sealing.Unlock()
	if err := p.vault.Rotate(); err != nil {
		return 0, err
	}
	list, err := p.store.ListCredentials(ctx)
	if err != nil {
		return 0, err
	}
	for i := range list {
		c := &list[i]
		if c.Sealed, err = p.resealed(c.Sealed); err != nil {
			return 0, fmt.Errorf("credential %s: %w", c.Name, err)
		}
		if err := p.store.PutCredential(ctx, c); err != nil {
			return 0, err
		}
	}
	others, err := p.store.ListSettings(ctx, secretSetting)
	if err != nil {
		return 0, err
	}
	for name, sealed := range others {
		if sealed, err = p.resealed(sealed); err != nil {
			return 0, fmt.Errorf("%s: %w", name, err)
		}
		if err := p.store.PutSetting(ctx, name, sealed); err != nil {
			return 0, err
		}
	}
	return len(list) + len(others), nil
}

// resealed is a sealed text under the key that seals now.
func (p *Platform) resealed(sealed string) (string, error) {
	plain, err := p.vault.Open(sealed)
	if err != nil {
		return "", err
	}
	return p.vault.Seal(plain)
}

// credential opens a credential, each time anew: what was changed counts at once.
func (p *Platform) credential(ctx context.Context, name string) (switches.Credential, error) {
	c, err := p.store.GetCredential(ctx, name)
	if heron.ErrorCode(err) == heron.CodeNotFound {
		return switches.Credential{}, heron.Errorf(heron.CodeNotFound, "the vault has no credential %q; give it one with: heron credential set %s", name, name)
	}
	if err != nil {
		return switches.Credential{}, err
	}
	plain, err := p.vault.Open(c.Sealed)
	if err != nil {
		return switches.Credential{}, err
	}
	var s sealedSecrets
	if err := json.Unmarshal(plain, &s); err != nil || s.Of != c.Name {
		return switches.Credential{}, heron.Errorf(heron.CodeInvalid, "what is sealed of the credential %q is not its own; set it again with: heron credential set %s", name, name)
	}
	return usable(c, &s.Secrets)
}
