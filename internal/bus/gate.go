package bus

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/heron-iot/heron"
)

// gate decides who may use the bus in process: this process, cores that know
// the shared secret, and sensors, each with a token of its own that lets it put
// batches under its own name and nothing else.
type gate struct {
	inProcess string // secret of this process's own connection
	shared    string // "" when there is none
	path      string // of the sensors' hashes

	mu      sync.RWMutex
	sensors map[string]string // SHA-256 of the token → name of the sensor
}

const sensorToken = "heron-sensor"

func newGate(c *Config) (*gate, error) {
	g := &gate{
		inProcess: randomText(), path: filepath.Join(c.StoreDir, "sensors.json"), sensors: map[string]string{},
	}
	shared, err := readToken(c.TokenFile)
	if err != nil {
		return nil, err
	}
	g.shared = shared
	text, err := os.ReadFile(g.path)
	if errors.Is(err, fs.ErrNotExist) {
		return g, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &g.sensors)
	}
	if err != nil {
		return nil, heron.Errorf(heron.CodeInvalid, "tokens of the sensors in %s: %v", g.path, err)
	}
	return g, nil
}

func randomText() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// readToken reads the secret in a file; "" names no file.
func readToken(path string) (string, error) {
	if path == "" {
		return "", nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return "", heron.Errorf(heron.CodeInvalid, "token of the bus: %v", err)
	}
	secret := strings.TrimSpace(string(text))
	if len(secret) < 16 {
		return "", heron.Errorf(heron.CodeInvalid, "token of the bus in %s: want at least 16 characters; openssl rand -hex 32 makes a good one", path)
	}
	return secret, nil
}

// hostOf returns the sensor's name inside a token that AddSensor made; "" for
// any other secret.
func hostOf(secret string) string {
	parts := strings.Split(secret, ".")
	if len(parts) != 3 || parts[0] != sensorToken {
		return ""
	}
	name, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return ""
	}
	return string(name)
}

// Check implements server.Authentication.
func (g *gate) Check(c server.ClientAuthentication) bool {
	secret := c.GetOpts().Token
	if same(secret, g.inProcess) || (g.shared != "" && same(secret, g.shared)) {
		c.RegisterUser(&server.User{Username: "heron"})
		return true
	}
	name, ok := g.sensor(secret)
	if !ok {
		return false
	}
	c.RegisterUser(&server.User{Username: "sensor", Permissions: permissions(token(name))})
	return true
}

// permissions are what the holder of a sensor's token may do: put batches and
// reports under its name, give packets, and hear what is meant for it. The
// common inbox is that of sensors of the previous version.
func permissions(name string) *server.Permissions {
	return &server.Permissions{
		Publish: &server.SubjectPermission{Allow: []string{
			"heron.v1.batch.*." + name + ".>",
			"heron.v1." + kindReport + ".*." + name,
			"heron.v1." + kindChunk + ".*." + name + ".*",
		}},
		Subscribe: &server.SubjectPermission{Allow: []string{
			inboxOf(name) + ".>", sensorInbox + ".>",
			"heron.v1." + kindWake + ".*." + name,
			"heron.v1." + kindPackets + ".*." + name,
		}},
	}
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

func (g *gate) sensor(secret string) (string, bool) {
	g.mu.RLock()
	defer g.mu.RUnlock()

	name, ok := g.sensors[hashToken(secret)]
	return name, ok
}

func hashToken(secret string) string {
	h := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(h[:])
}

// change edits the list of sensors and stores it whole.
func (g *gate) change(edit func(map[string]string)) error {
	g.mu.Lock()
	defer g.mu.Unlock()

	edit(g.sensors)
	text, err := json.Marshal(g.sensors)
	if err != nil {
		return err
	}
	tmp := g.path + ".new"
	if err := os.WriteFile(tmp, text, 0o600); err != nil {
		return heron.Errorf(heron.CodeUnavailable, "store the sensor's token: %v", err)
	}
	if err := os.Rename(tmp, g.path); err != nil {
		return heron.Errorf(heron.CodeUnavailable, "store the sensor's token: %v", err)
	}
	return nil
}

// AddSensor returns a token with which a host may send batches as the sensor of
// that name, and as its parts (name-eth0). Only its hash is kept; a second call
// for the same name replaces the first token. With an outside cluster it is
// CodeUnsupported: the cluster says who may connect.
func (b *Bus) AddSensor(_ context.Context, name string) (string, error) {
	if b.gate == nil {
		return "", heron.Errorf(heron.CodeUnsupported,
			"an outside bus says itself who may connect: make an account there that may publish to %s",
			batchSubject("SITE", name, "*"))
	}
	secret := sensorToken + "." + base64.RawURLEncoding.EncodeToString([]byte(name)) + "." + randomText()
	return secret, b.gate.change(func(list map[string]string) {
		forget(list, name)
		list[hashToken(secret)] = name
	})
}

// RemoveSensor makes a sensor's token worthless; open connections under it are
// cut when they are next made.
func (b *Bus) RemoveSensor(_ context.Context, name string) error {
	if b.gate == nil {
		return nil
	}
	return b.gate.change(func(list map[string]string) { forget(list, name) })
}

func forget(list map[string]string, name string) {
	for hash, n := range list {
		if n == name {
			delete(list, hash)
		}
	}
}
