package config

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Variable is one environment variable that Heron reads.
type Variable struct {
	Name string
	Doc  string
	set  func(c *Config, v string) error
}

// Variables lists the environment variables, sorted by name.
func Variables() []Variable {
	str := func(f func(c *Config) *string) func(*Config, string) error {
		return func(c *Config, v string) error { *f(c) = v; return nil }
	}
	size := func(f func(c *Config) *int64) func(*Config, string) error {
		return func(c *Config, v string) (err error) { *f(c), err = whole(v, 64); return err }
	}
	number := func(f func(c *Config) *int) func(*Config, string) error {
		return func(c *Config, v string) error {
			n, err := whole(v, strconv.IntSize)
			*f(c) = int(n)
			return err
		}
	}
	return []Variable{
		{"HERON_BUS_CA_FILE", "PEM authorities of the bus's certificate", str(func(c *Config) *string { return &c.Bus.CAFile })},
		{"HERON_BUS_CERT_FILE", "PEM certificate of the bus, or of who connects to it", str(func(c *Config) *string { return &c.Bus.CertFile })},
		{"HERON_BUS_CLEAR_TEXT", "true allows a bus without TLS beyond this host", func(c *Config, v string) (err error) {
			if c.Bus.ClearText, err = strconv.ParseBool(v); err != nil {
				return errors.New("want true or false")
			}
			return nil
		}},
		{"HERON_BUS_KEY_FILE", "its PEM key", str(func(c *Config) *string { return &c.Bus.KeyFile })},
		{"HERON_BUS_LISTEN", "address of the in-process bus for sensors elsewhere", str(func(c *Config) *string { return &c.Bus.Listen })},
		{"HERON_BUS_TOKEN_FILE", "file with the secret of the bus", str(func(c *Config) *string { return &c.Bus.TokenFile })},
		{"HERON_BUS_URL", "outside NATS cluster", str(func(c *Config) *string { return &c.Bus.URL })},
		{"HERON_DATA", "folder for everything kept on disk", str(func(c *Config) *string { return &c.Data })},
		{"HERON_DB_URL", "sqlite:PATH or postgres://…", str(func(c *Config) *string { return &c.DB.URL })},
		{"HERON_EVIDENCE_BYTES", "bytes of packets that a sensor keeps on disk, 0 for none", size(func(c *Config) *int64 { return &c.Sensor.EvidenceBytes })},
		{"HERON_INTERFACES", "interfaces to capture, with commas between", func(c *Config, v string) error {
			c.Sensor.Interfaces = strings.Split(v, ",")
			return nil
		}},
		{"HERON_LISTEN", "address of the page and the API", str(func(c *Config) *string { return &c.Web.Listen })},
		{"HERON_LOG_FORMAT", "text or json", str(func(c *Config) *string { return &c.Log.Format })},
		{"HERON_LOG_LEVEL", "debug, info, warn or error", str(func(c *Config) *string { return &c.Log.Level })},
		{"HERON_MAX_ENDPOINTS", "pairs of MAC and address that a site remembers", number(func(c *Config) *int { return &c.MaxEndpoints })},
		{"HERON_MAX_FLOWS", "flows that a sensor keeps at once", number(func(c *Config) *int { return &c.Sensor.MaxFlows })},
		{"HERON_MODEL", "a model of your own, as heron train writes", str(func(c *Config) *string { return &c.Model })},
		{"HERON_ROLE", "all, core, sensor or web", str(func(c *Config) *string { return &c.Role })},
		{"HERON_SENSOR_NAME", "name of this sensor", str(func(c *Config) *string { return &c.Sensor.Name })},
		{"HERON_SENSOR_LISTEN", "address at which a sensor tells its health", str(func(c *Config) *string { return &c.Sensor.Listen })},
		{"HERON_SIGNATURES", "folder of signatures of your own", str(func(c *Config) *string { return &c.Signatures })},
		{"HERON_SITE", "name of this site", str(func(c *Config) *string { return &c.Site })},
		{"HERON_SPOOL_BYTES", "bytes that a sensor keeps on disk for a core out of reach", size(func(c *Config) *int64 { return &c.Sensor.SpoolBytes })},
		{"HERON_TLS_CERT", "PEM certificate of the page and the API", str(func(c *Config) *string { return &c.Web.TLSCert })},
		{"HERON_TLS_KEY", "PEM key of the page and the API", str(func(c *Config) *string { return &c.Web.TLSKey })},
	}
}

// whole reads a whole number of so many bits.
func whole(v string, bits int) (int64, error) {
	n, err := strconv.ParseInt(v, 10, bits)
	if err != nil {
		return 0, errors.New("want a whole number, as 65536")
	}
	return n, nil
}

func (c *Config) applyEnv(env func(string) string) error {
	var errs []error
	for _, v := range Variables() {
		if s := env(v.Name); s != "" {
			if err := v.set(c, s); err != nil {
				errs = append(errs, fmt.Errorf("%s=%q: %w", v.Name, s, err))
			}
		}
	}
	return errors.Join(errs...)
}
