// Package config reads how Heron is to run: one YAML file, then environment
// variables, then flags, each over the one before. It is checked whole, and
// all faults are told at once, each with where it is and what would be right.
package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"go.yaml.in/yaml/v3"
)

// Config is the whole configuration. The zero Config is not usable: begin with
// Default.
type Config struct {
	// Site names the site that this process serves; the partition of all data.
	Site string `yaml:"site"`
	// Role is what this process does: all, core, sensor or web.
	Role string `yaml:"role"`
	// Data is the folder for everything kept on disk.
	Data string `yaml:"data"`
	// Local are networks that are ours beside the private ranges, as CIDR.
	Local []string `yaml:"local"`
	// MaxEndpoints bounds what the site remembers: pairs of MAC and address, of
	// which a device has two or three.
	MaxEndpoints int `yaml:"max_endpoints"`

	// Signatures is a folder of signatures of the user's own, on top of those that
	// Heron brings; "" for none.
	Signatures string `yaml:"signatures"`

	// Model is a file that heron train wrote, asked in place of the model that Heron
	// brings; "" for that.
	Model string `yaml:"model"`

	// Management are networks that a quarantine must never cut off from a device:
	// where operators and sensors sit. Our own addresses are always among them.
	Management []string `yaml:"management"`

	Web     Web        `yaml:"web"`
	DB      DB         `yaml:"db"`
	Bus     Bus        `yaml:"bus"`
	Sensor  Sensor     `yaml:"sensor"`
	Keep    Retention  `yaml:"retention"`
	Receive []Receiver `yaml:"receivers"`
	Log     Log        `yaml:"log"`

	Discovery Discovery `yaml:"discovery"`
}

// Web is how people and programs reach the server.
type Web struct {
	Listen string `yaml:"listen"` // host:port; loopback until told otherwise
	// TLSCert and TLSKey are PEM files; both or neither.
	TLSCert string `yaml:"tls_cert"`
	TLSKey  string `yaml:"tls_key"`
	// BehindTLS says that a proxy in front of us speaks TLS with browsers.
	BehindTLS bool `yaml:"behind_tls"`
	// TrustedProxies are the addresses or networks of proxies whose word on who
	// asks is taken.
	TrustedProxies []string `yaml:"trusted_proxies"`
	// Core is where a process of the role web sends what changes something, as
	// http://core:8420.
	Core string `yaml:"core"`
	// PublicURL is the address that links in notifications begin with.
	PublicURL string `yaml:"public_url"`
	// MaxUpload bounds a capture file given to the page, in bytes.
	MaxUpload int64 `yaml:"max_upload_bytes"`
}

// DB is where data is kept.
type DB struct {
	// URL is sqlite:PATH or postgres://USER@HOST/NAME; "" is SQLite in Data.
	// A PostgreSQL password comes from PGPASSWORD or ~/.pgpass, not from here.
	URL string `yaml:"url"`
}

// Bus is how sensors and cores talk.
type Bus struct {
	// URL is an outside NATS cluster, as nats://host:4222; "" runs one in process.
	URL string `yaml:"url"`
	// Listen opens the in-process bus to sensors on other hosts; "" keeps it closed.
	Listen string `yaml:"listen"`
	// TokenFile holds the secret that sensors and cores share.
	TokenFile string `yaml:"token_file"`
	// CAFile, CertFile and KeyFile are PEM files for TLS.
	CAFile   string `yaml:"ca_file"`
	CertFile string `yaml:"cert_file"`
	KeyFile  string `yaml:"key_file"`
	// MaxBytes bounds what the bus keeps on disk.
	MaxBytes int64 `yaml:"max_bytes"`
	// ClearText allows a bus without TLS beyond this host, where the way is yours
	// alone: secrets and what sensors saw go over it as they are.
	ClearText bool `yaml:"clear_text"`
}

// Sensor is what is captured.
type Sensor struct {
	Name       string   `yaml:"name"`
	Interfaces []string `yaml:"interfaces"`
	Filter     string   `yaml:"filter"`
	RingBytes  int      `yaml:"ring_bytes"`
	MaxFlows   int      `yaml:"max_flows"`
	Workers    int      `yaml:"workers"` // that share an interface's flows
	// SpoolBytes bounds what a process of the role sensor keeps on disk for a
	// core that is out of reach.
	SpoolBytes int64 `yaml:"spool_bytes"`
	// EvidenceBytes bounds the last packets of each source that are kept on disk;
	// 0 keeps none.
	EvidenceBytes int64 `yaml:"evidence_bytes"`
	// Listen is where a process of the role sensor tells its health; "" nowhere.
	Listen string     `yaml:"listen"`
	Scan   SensorScan `yaml:"scan"`
}

// SensorScan is what the core may have a process of the role sensor ask devices. It may
// nothing until it is switched on here, and no order of the core goes beyond what is
// said here.
type SensorScan struct {
	Enabled bool `yaml:"enabled"`
	// Strongest is the strongest profile that a scan may have.
	Strongest string `yaml:"strongest_profile"`
	// Exclude are never touched, as in Discovery.
	Exclude []string `yaml:"exclude"`
	// Packets bounds what a scan sends in a second; 0 leaves that to the core.
	Packets int `yaml:"packets_per_second"`
	// SNMPPublic is auto, which leaves it to the core, or never.
	SNMPPublic string `yaml:"snmp_public"`
}

// Retention says how long what is kept.
type Retention struct {
	Flows    Duration `yaml:"flows"`
	Events   Duration `yaml:"events"`
	Alerts   Duration `yaml:"alerts"`
	Risk     Duration `yaml:"risk"`
	MaxBytes int64    `yaml:"max_bytes"` // of the database; 0 = no limit
}

// Receiver is one place that alerts are sent to.
type Receiver struct {
	Name     string          `yaml:"name"`
	Notifier string          `yaml:"notifier"`
	Config   json.RawMessage `yaml:"-"`
	Raw      yaml.Node       `yaml:"config"`
}

// Discovery is active discovery: what the core asks devices by itself. It is off
// until it is switched on.
type Discovery struct {
	Enabled bool `yaml:"enabled"`
	// Profile is safe, standard or deep.
	Profile string `yaml:"profile"`
	// Exclude are never touched: addresses, networks, hardware addresses,
	// maker:NAME, type:NAME.
	Exclude []string `yaml:"exclude"`
	// Packets bounds what a scan sends in a second; 0 leaves that to the profile.
	Packets int `yaml:"packets_per_second"`
	// SNMPPublic is one of SNMPPublicPolicies: whether scans ask agents of SNMP with the
	// community "public".
	SNMPPublic string `yaml:"snmp_public"`
	// NewDevices asks each device that is new as soon as it is seen.
	NewDevices bool `yaml:"new_devices"`
	// StopFile stops all scans for as long as there is a file of that name; "" is
	// discovery.stop in Data.
	StopFile string `yaml:"stop_file"`
	// Zones are scanned again and again.
	Zones []DiscoveryZone `yaml:"zones"`
	// Switches are asked by SNMP, each SwitchesEvery, which devices are at which of
	// their ports, and routers whose addresses are whose.
	Switches      []DiscoverySwitch `yaml:"switches"`
	SwitchesEvery Duration          `yaml:"switches_every"`
}

// DiscoverySwitch is a switch or a router that is asked for its tables.
type DiscoverySwitch struct {
	Address    string `yaml:"address"`    // with :PORT where that is not 161
	Credential string `yaml:"credential"` // name of one in the vault
}

// AddrPort is where the agent listens; Validate has checked it.
func (s *DiscoverySwitch) AddrPort() (netip.AddrPort, error) {
	const port = 161
	if a, err := netip.ParseAddr(s.Address); err == nil {
		return netip.AddrPortFrom(a, port), nil
	}
	return netip.ParseAddrPort(s.Address)
}

// The policies of asking agents of SNMP, for reading, with the community "public".
const (
	SNMPPublicAuto   = "auto" // scans of the profiles standard and deep do
	SNMPPublicNever  = "never"
	SNMPPublicAlways = "always"
)

// SNMPPublicPolicies lists them.
func SNMPPublicPolicies() []string {
	return []string{SNMPPublicAuto, SNMPPublicNever, SNMPPublicAlways}
}

// Profiles lists those that scans may have, the gentlest first.
func Profiles() []string { return []string{"safe", "standard", "deep"} }

// DiscoveryZone is a zone that is scanned by schedule.
type DiscoveryZone struct {
	Zone    string   `yaml:"zone"` // name or id
	Every   Duration `yaml:"every"`
	Profile string   `yaml:"profile"` // "" is that of discovery
	Sensor  string   `yaml:"sensor"`  // that asks; "" is the server itself
}

// Log is how the process logs.
type Log struct {
	Level  string `yaml:"level"`  // debug, info, warn, error
	Format string `yaml:"format"` // text or json
}

// Duration is a time.Duration that also reads days, as 30d.
type Duration time.Duration

// UnmarshalYAML implements yaml.Unmarshaler.
func (d *Duration) UnmarshalYAML(n *yaml.Node) error {
	v, err := ParseDuration(n.Value)
	if err != nil {
		return fmt.Errorf("line %d: %w", n.Line, err)
	}
	*d = Duration(v)
	return nil
}

// ParseDuration reads a duration as time.ParseDuration does, or whole days as 30d.
func ParseDuration(s string) (time.Duration, error) {
	var days int
	if n, err := fmt.Sscanf(s, "%dd", &days); err == nil && n == 1 && fmt.Sprintf("%dd", days) == s {
		return time.Duration(days) * 24 * time.Hour, nil
	}
	v, err := time.ParseDuration(s)
	if err != nil {
		return 0, fmt.Errorf("duration %q: want a number with its unit, as 30d, 12h or 90m", s)
	}
	return v, nil
}

// Default returns the configuration that works on one machine with no file.
func Default() Config {
	return Config{
		Site: "default",
		Role: "all",
		Data: defaultData(),

		MaxEndpoints: 1 << 22,

		Web: Web{Listen: "127.0.0.1:8420", MaxUpload: 4 << 30},
		Bus: Bus{MaxBytes: 4 << 30},
		Sensor: Sensor{
			Name: hostname(), RingBytes: 64 << 20, MaxFlows: 1 << 18, Workers: 1,
			SpoolBytes: 4 << 30, EvidenceBytes: 1 << 30, Listen: "127.0.0.1:8421",
			Scan: SensorScan{Strongest: "deep", SNMPPublic: SNMPPublicAuto},
		},
		Keep: Retention{
			Flows:  Duration(30 * 24 * time.Hour),
			Events: Duration(30 * 24 * time.Hour),
			Alerts: Duration(365 * 24 * time.Hour),
			Risk:   Duration(365 * 24 * time.Hour),
		},
		Log: Log{Level: "info", Format: "text"},

		Discovery: Discovery{Profile: "safe", NewDevices: true, SwitchesEvery: Duration(5 * time.Minute), SNMPPublic: SNMPPublicAuto},
	}
}

// RuntimeDir is the user's folder for sockets: XDG_RUNTIME_DIR, else that for
// temporary files.
func RuntimeDir() string {
	if dir := os.Getenv("XDG_RUNTIME_DIR"); dir != "" {
		return dir
	}
	return os.TempDir()
}

// defaultData is /var/lib/heron for root, else a folder of the user's.
func defaultData() string {
	if os.Geteuid() == 0 {
		return "/var/lib/heron"
	}
	if dir := os.Getenv("XDG_DATA_HOME"); dir != "" {
		return filepath.Join(dir, "heron")
	}
	if home, err := os.UserHomeDir(); err == nil {
		return filepath.Join(home, ".local", "share", "heron")
	}
	return "heron-data"
}

func hostname() string {
	if h, err := os.Hostname(); err == nil && h != "" {
		return h
	}
	return "sensor"
}

// Load returns the default configuration with the file at path (none when "")
// and the environment laid over it. It does not check it: flags come first.
func Load(path string, env func(string) string) (Config, error) {
	c := Default()
	if path != "" {
		b, err := os.ReadFile(path)
		if err != nil {
			return c, fmt.Errorf("configuration: %w", err)
		}
		if err := c.parse(b); err != nil {
			return c, fmt.Errorf("configuration %s: %w", path, err)
		}
	}
	return c, c.applyEnv(env)
}

// parse lays YAML over c. Unknown keys are faults: a misspelt key must not pass.
func (c *Config) parse(b []byte) error {
	dec := yaml.NewDecoder(bytes.NewReader(b))
	dec.KnownFields(true)
	if err := dec.Decode(c); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	for i := range c.Receive {
		r := &c.Receive[i]
		var v any
		if err := r.Raw.Decode(&v); err != nil {
			return fmt.Errorf("receiver %q: %w", r.Name, err)
		}
		j, err := json.Marshal(v)
		if err != nil {
			return fmt.Errorf("receiver %q: %w", r.Name, err)
		}
		r.Config = j
	}
	return nil
}
