package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// siteName keeps names fit for bus subjects and file names.
var siteName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,62}$`)

// Validate checks c whole and returns all faults joined.
func (c *Config) Validate() error {
	var errs []error
	fault := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if c.MaxEndpoints < 1024 {
		fault("max_endpoints %d: want at least 1024", c.MaxEndpoints)
	}
	if !siteName.MatchString(c.Site) {
		fault("site %q: want lower-case letters, digits, - and _, as plant-1", c.Site)
	}
	if !slices.Contains([]string{"all", "core", "sensor", "web"}, c.Role) {
		fault("role %q: want all, core, sensor or web", c.Role)
	}
	if c.Data == "" {
		fault("data: want a folder")
	}
	for _, p := range c.Local {
		if _, err := netip.ParsePrefix(p); err != nil {
			fault("local %q: want a network as 198.51.100.0/24", p)
		}
	}
	for _, p := range c.Management {
		if _, err := parseNetwork(p); err != nil {
			fault("management %q: want an address or a network", p)
		}
	}
	c.validateWeb(fault)
	c.validateBus(fault)
	c.validateSensor(fault)
	c.validateReceivers(fault)
	c.validateDiscovery(fault)
	c.validateSwitches(fault)
	if c.DB.URL != "" && !strings.HasPrefix(c.DB.URL, "sqlite:") && !isPostgres(c.DB.URL) {
		fault("db.url: want sqlite:PATH or postgres://USER@HOST/NAME")
	}
	if !slices.Contains([]string{"debug", "info", "warn", "error"}, c.Log.Level) {
		fault("log.level %q: want debug, info, warn or error", c.Log.Level)
	}
	if !slices.Contains([]string{"text", "json"}, c.Log.Format) {
		fault("log.format %q: want text or json", c.Log.Format)
	}
	return errors.Join(errs...)
}

// minScanEvery is the shortest time between two scans of a zone.
const minScanEvery = 5 * time.Minute

func (c *Config) validateDiscovery(fault func(string, ...any)) {
	d := &c.Discovery
	profiles := Profiles()
	if !slices.Contains(profiles, d.Profile) {
		fault("discovery.profile %q: want safe, standard or deep", d.Profile)
	}
	if !slices.Contains(SNMPPublicPolicies(), d.SNMPPublic) {
		fault("discovery.snmp_public %q: want auto, never or always", d.SNMPPublic)
	}
	if d.Packets < 0 {
		fault("discovery.packets_per_second %d: want 0 or more", d.Packets)
	}
	for _, z := range d.Zones {
		if z.Zone == "" {
			fault("discovery.zones: want the name of a zone")
		}
		if time.Duration(z.Every) < minScanEvery {
			fault("discovery.zones %q: every %v: want %v or more", z.Zone, time.Duration(z.Every), minScanEvery)
		}
		if z.Profile != "" && !slices.Contains(profiles, z.Profile) {
			fault("discovery.zones %q: profile %q: want safe, standard or deep", z.Zone, z.Profile)
		}
	}
}

// minSwitchesEvery is the shortest time between two questions to a switch for its tables.
const minSwitchesEvery = time.Minute

func (c *Config) validateSwitches(fault func(string, ...any)) {
	d := &c.Discovery
	for i := range d.Switches {
		s := &d.Switches[i]
		if _, err := s.AddrPort(); err != nil {
			fault("discovery.switches[%d]: address %q: want an address, as 192.0.2.2 or 192.0.2.2:1161", i, s.Address)
		}
		if s.Credential == "" {
			fault("discovery.switches[%d]: want the name of a credential; heron credential set NAME makes one", i)
		}
	}
	if len(d.Switches) > 0 && time.Duration(d.SwitchesEvery) < minSwitchesEvery {
		fault("discovery.switches_every %v: want %v or more", time.Duration(d.SwitchesEvery), minSwitchesEvery)
	}
}

func isPostgres(url string) bool {
	return strings.HasPrefix(url, "postgres://") || strings.HasPrefix(url, "postgresql://")
}

func (c *Config) validateWeb(fault func(string, ...any)) {
	if _, _, err := net.SplitHostPort(c.Web.Listen); err != nil {
		fault("web.listen %q: want HOST:PORT, as 127.0.0.1:8420", c.Web.Listen)
	}
	if (c.Web.TLSCert == "") != (c.Web.TLSKey == "") {
		fault("web: tls_cert and tls_key go together")
	}
	for _, f := range []string{c.Web.TLSCert, c.Web.TLSKey} {
		checkFile(f, "web", fault)
	}
	for _, x := range c.Web.TrustedProxies {
		if _, err := parseNetwork(x); err != nil {
			fault("web.trusted_proxies %q: want an address or a network", x)
		}
	}
	if c.Role == "web" && !strings.HasPrefix(c.Web.Core, "http://") && !strings.HasPrefix(c.Web.Core, "https://") {
		fault("role web: needs web.core (or --core), the address of the core, as http://core:8420")
	}
	if c.Role == "web" && (c.DB.URL == "" || c.Bus.URL == "") {
		fault("role web: needs the core's database and bus (--db and --bus)")
	}
	if c.Web.MaxUpload < 1<<20 {
		fault("web.max_upload_bytes %d: want at least 1048576", c.Web.MaxUpload)
	}
}

func (c *Config) validateBus(fault func(string, ...any)) {
	if strings.Contains(c.Bus.URL, "@") {
		fault("bus.url: must hold no password; put the secret in bus.token_file")
	}
	if c.Bus.URL != "" && c.Bus.Listen != "" && c.Role != "sensor" {
		fault("bus: url (an outside cluster) and listen (our own) exclude each other")
	}
	if c.Bus.Listen != "" && c.Bus.TokenFile == "" {
		fault("bus.listen: needs bus.token_file, so that not anyone may send")
	}
	for _, f := range []string{c.Bus.TokenFile, c.Bus.CAFile, c.Bus.CertFile, c.Bus.KeyFile} {
		checkFile(f, "bus", fault)
	}
	c.validateBusTLS(fault)
	if c.Bus.MaxBytes < 16<<20 {
		fault("bus.max_bytes %d: want at least 16777216", c.Bus.MaxBytes)
	}
	if c.Role == "sensor" && c.Bus.URL == "" {
		fault("role sensor: needs bus.url (or --bus), the address of the core's bus")
	}
}

// validateBusTLS refuses a bus that others could listen in on.
func (c *Config) validateBusTLS(fault func(string, ...any)) {
	if (c.Bus.CertFile == "") != (c.Bus.KeyFile == "") {
		fault("bus: cert_file and key_file go together")
	}
	if c.Bus.ClearText {
		return
	}
	if c.Bus.Listen != "" && c.Bus.CertFile == "" && !onLoopback(c.Bus.Listen) {
		fault("bus.listen %q: beyond this host it needs TLS (--bus-cert-file and --bus-key-file), or --bus-clear-text where the way is yours alone", c.Bus.Listen)
	}
	for u := range strings.SplitSeq(c.Bus.URL, ",") {
		host, ok := strings.CutPrefix(strings.TrimSpace(u), "nats://")
		if ok && c.Bus.CAFile == "" && !onLoopback(host) {
			fault("bus.url: beyond this host it needs TLS: say tls://%s, or --bus-clear-text where the way is yours alone", host[strings.LastIndexByte(host, '@')+1:])
		}
	}
}

// onLoopback reports whether an address, with or without a port, is of this host.
func onLoopback(address string) bool {
	host := strings.TrimSuffix(address, "/")
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// MaxFlows is how many flows of a sensor may be kept at once: baselines know no more.
const MaxFlows = 1_000_000

func (c *Config) validateSensor(fault func(string, ...any)) {
	if c.Sensor.Name == "" {
		fault("sensor.name: want a name")
	}
	if c.Sensor.RingBytes < 1<<20 || c.Sensor.RingBytes > 4<<30 {
		fault("sensor.ring_bytes %d: want 1 MiB to 4 GiB", c.Sensor.RingBytes)
	}
	if c.Sensor.Workers < 1 || c.Sensor.Workers > 64 {
		fault("sensor.workers %d: want 1 to 64", c.Sensor.Workers)
	}
	if c.Sensor.MaxFlows < 1024 || c.Sensor.MaxFlows > MaxFlows {
		fault("sensor.max_flows %d: want 1024 to %d", c.Sensor.MaxFlows, MaxFlows)
	}
	if c.Sensor.SpoolBytes < 16<<20 {
		fault("sensor.spool_bytes %d: want at least 16777216", c.Sensor.SpoolBytes)
	}
	if c.Sensor.EvidenceBytes != 0 && c.Sensor.EvidenceBytes < 4<<20 {
		fault("sensor.evidence_bytes %d: want at least 4194304, or 0 for none", c.Sensor.EvidenceBytes)
	}
	if _, _, err := net.SplitHostPort(c.Sensor.Listen); c.Sensor.Listen != "" && err != nil {
		fault("sensor.listen %q: want HOST:PORT, as 127.0.0.1:8421, or nothing", c.Sensor.Listen)
	}
	if !slices.Contains([]string{SNMPPublicAuto, SNMPPublicNever}, c.Sensor.Scan.SNMPPublic) {
		fault("sensor.scan.snmp_public %q: want auto, which leaves it to the core, or never", c.Sensor.Scan.SNMPPublic)
	}
	if !slices.Contains(Profiles(), c.Sensor.Scan.Strongest) {
		fault("sensor.scan.strongest_profile %q: want safe, standard or deep", c.Sensor.Scan.Strongest)
	}
	if c.Sensor.Scan.Packets < 0 {
		fault("sensor.scan.packets_per_second %d: want 0 or more", c.Sensor.Scan.Packets)
	}
	if c.Sensor.Scan.Enabled && c.Role != "sensor" {
		fault("sensor.scan.enabled: is for the role sensor; a server's own scans are discovery.enabled")
	}
	if c.Role == "sensor" && len(c.Sensor.Interfaces) == 0 {
		fault("role sensor: needs sensor.interfaces (or --interface)")
	}
}

func (c *Config) validateReceivers(fault func(string, ...any)) {
	seen := map[string]bool{}
	for i, r := range c.Receive {
		if r.Name == "" || r.Notifier == "" {
			fault("receivers[%d]: want name and notifier", i)
		}
		if seen[r.Name] {
			fault("receivers[%d]: the name %q is taken", i, r.Name)
		}
		seen[r.Name] = true
	}
}

func checkFile(path, where string, fault func(string, ...any)) {
	if path == "" {
		return
	}
	if _, err := os.Stat(path); err != nil {
		fault("%s: %w", where, err)
	}
}

// DatabaseURL is DB.URL, or SQLite in the data folder.
func (c *Config) DatabaseURL() string {
	if c.DB.URL != "" {
		return c.DB.URL
	}
	return "sqlite:" + filepath.Join(c.Data, "heron.db")
}

// Prefixes returns Local parsed; Validate has checked it.
func (c *Config) Prefixes() []netip.Prefix {
	out := make([]netip.Prefix, 0, len(c.Local))
	for _, s := range c.Local {
		if p, err := netip.ParsePrefix(s); err == nil {
			out = append(out, p)
		}
	}
	return out
}

// Proxies returns TrustedProxies parsed; Validate has checked them.
func (w *Web) Proxies() []netip.Prefix { return parseNetworks(w.TrustedProxies) }

// ManagementNetworks returns Management parsed; Validate has checked them.
func (c *Config) ManagementNetworks() []netip.Prefix { return parseNetworks(c.Management) }

func parseNetworks(list []string) []netip.Prefix {
	out := make([]netip.Prefix, 0, len(list))
	for _, s := range list {
		if p, err := parseNetwork(s); err == nil {
			out = append(out, p)
		}
	}
	return out
}

// parseNetwork reads a network, or one address as the network of it alone.
func parseNetwork(s string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(s); err == nil {
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	return netip.ParsePrefix(s)
}
