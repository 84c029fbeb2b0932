package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/heron-iot/heron/internal/app"
	"github.com/heron-iot/heron/internal/config"
)

// serveFlags are the flags that lie over the configuration file.
type serveFlags struct {
	file       string
	interfaces []string
	site, db, bus, busListen, busToken, listen, role,
	data, core, cert, key, sensor, level, format, filter,
	busCA, busCert, busKey, sensorListen string
	local           []string
	signatures      string
	model           string
	spool, evidence int64
	clearText       bool
}

func newServeCommand(t *terminal) *cobra.Command {
	var f serveFlags
	c := &cobra.Command{
		Use:   "serve [flags]",
		Short: "Run the platform: sensor, analysis, API and page",
		Long: `Run the platform. With no flags at all it works: the database and the bus run in
this process, and the page is on http://127.0.0.1:8420. The first start prints
the password of the user "admin", once.

Capturing needs the capability CAP_NET_RAW (and CAP_NET_ADMIN for quarantine);
heron doctor says what this machine allows.`,
		Example: "  heron serve --interface eth0\n  heron serve --role core --db postgres://heron@db/heron --bus tls://nats:4222\n  heron serve --role sensor --interface eth1 --bus tls://core:4222 --bus-token-file /etc/heron/bus.token",
		Args:    noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			conf, err := f.config(c)
			if err != nil {
				return err
			}
			reload := make(chan os.Signal, 1)
			signal.Notify(reload, syscall.SIGHUP)
			defer signal.Stop(reload)
			return app.Run(c.Context(), app.Options{
				Config: conf, Version: version, Log: newLogger(conf.Log, t.err), Started: t.started(""), Reload: reload,
			})
		},
	}
	f.add(c)
	return c
}

func (f *serveFlags) add(c *cobra.Command) {
	d := config.Default()
	s := c.Flags()
	s.StringVarP(&f.file, "config", "c", "", "configuration file (YAML)")
	s.StringSliceVarP(&f.interfaces, "interface", "i", nil, "interface to capture on; may be given again")
	s.StringVar(&f.filter, "filter", "", "capture only what this pcap filter passes")
	s.StringVar(&f.site, "site", d.Site, "name of the site")
	s.StringVar(&f.role, "role", d.Role, "what to do: all, core, sensor or web")
	s.StringVar(&f.data, "data", "", "folder for everything kept on disk (default: /var/lib/heron for root, else in the user's own data folder)")
	s.StringVar(&f.db, "db", "", "database: sqlite:PATH or postgres://USER@HOST/NAME (default: SQLite in --data)")
	s.StringVar(&f.bus, "bus", "", "outside NATS server (default: in this process)")
	s.StringVar(&f.busListen, "bus-listen", "", "let sensors on other hosts connect here")
	s.StringVar(&f.busToken, "bus-token-file", "", "file with the secret of the bus")
	s.StringVar(&f.busCA, "bus-ca-file", "", "authorities that the bus's certificate must come from (PEM; default: the system's)")
	s.StringVar(&f.busCert, "bus-cert-file", "", "certificate of the bus, or of this client of it (PEM)")
	s.StringVar(&f.busKey, "bus-key-file", "", "its key (PEM)")
	s.BoolVar(&f.clearText, "bus-clear-text", false, "allow a bus without TLS beyond this host")
	s.StringVar(&f.sensorListen, "sensor-listen", d.Sensor.Listen, "where the role sensor tells its health (\"\": nowhere)")
	s.Int64Var(&f.spool, "spool-bytes", d.Sensor.SpoolBytes, "what the role sensor keeps on disk for a core out of reach")
	s.Int64Var(&f.evidence, "evidence-bytes", d.Sensor.EvidenceBytes, "packets of each source that are kept on disk (0: none)")
	s.StringVar(&f.listen, "listen", d.Web.Listen, "address of the page and the API")
	s.StringVar(&f.core, "core", "", "the core's address, for the role web")
	s.StringVar(&f.cert, "tls-cert", "", "certificate of the page and the API (PEM)")
	s.StringVar(&f.key, "tls-key", "", "its key (PEM)")
	s.StringVar(&f.sensor, "sensor-name", d.Sensor.Name, "name of this sensor (default: that of the host)")
	s.Lookup("sensor-name").DefValue = "" // help is the same everywhere
	s.StringSliceVar(&f.local, "local", nil, "networks of ours beside the private ranges, as CIDR")
	s.StringVar(&f.model, "model", "", ownModel)
	s.StringVar(&f.signatures, "signatures", "", "folder of signatures of your own, on top of those that Heron brings; reloaded when it changes, and on SIGHUP")
	s.StringVar(&f.level, "log-level", d.Log.Level, "debug, info, warn or error")
	s.StringVar(&f.format, "log-format", d.Log.Format, "text or json")
	choices(c, "role", "all", "core", "sensor", "web")
	choices(c, "log-level", "debug", "info", "warn", "error")
	choices(c, "log-format", "text", "json")
}

// config lays the flags that were given over file and environment.
func (f *serveFlags) config(c *cobra.Command) (config.Config, error) {
	conf, err := config.Load(f.file, os.Getenv)
	if err != nil {
		return conf, usageError{err}
	}
	over := map[string]func(){
		"interface":      func() { conf.Sensor.Interfaces = f.interfaces },
		"filter":         func() { conf.Sensor.Filter = f.filter },
		"site":           func() { conf.Site = f.site },
		"role":           func() { conf.Role = f.role },
		"data":           func() { conf.Data = f.data },
		"db":             func() { conf.DB.URL = f.db },
		"bus":            func() { conf.Bus.URL = f.bus },
		"bus-listen":     func() { conf.Bus.Listen = f.busListen },
		"bus-token-file": func() { conf.Bus.TokenFile = f.busToken },
		"bus-ca-file":    func() { conf.Bus.CAFile = f.busCA },
		"bus-cert-file":  func() { conf.Bus.CertFile = f.busCert },
		"bus-key-file":   func() { conf.Bus.KeyFile = f.busKey },
		"bus-clear-text": func() { conf.Bus.ClearText = f.clearText },
		"sensor-listen":  func() { conf.Sensor.Listen = f.sensorListen },
		"spool-bytes":    func() { conf.Sensor.SpoolBytes = f.spool },
		"evidence-bytes": func() { conf.Sensor.EvidenceBytes = f.evidence },
		"listen":         func() { conf.Web.Listen = f.listen },
		"core":           func() { conf.Web.Core = f.core },
		"tls-cert":       func() { conf.Web.TLSCert = f.cert },
		"tls-key":        func() { conf.Web.TLSKey = f.key },
		"sensor-name":    func() { conf.Sensor.Name = f.sensor },
		"local":          func() { conf.Local = f.local },
		"signatures":     func() { conf.Signatures = f.signatures },
		"model":          func() { conf.Model = f.model },
		"log-level":      func() { conf.Log.Level = f.level },
		"log-format":     func() { conf.Log.Format = f.format },
	}
	for name, set := range over {
		if c.Flags().Changed(name) {
			set()
		}
	}
	if err := conf.Validate(); err != nil {
		return conf, usageError{fmt.Errorf("configuration:\n%w", err)}
	}
	return conf, nil
}

// newLogger makes the logger of a long-running command.
func newLogger(c config.Log, w io.Writer) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(c.Level)) // Validate has checked it
	o := &slog.HandlerOptions{Level: level}
	if c.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}

// started returns what tells a person where the page is, and the first
// password, once.
func (t *terminal) started(note string) func(url, password string) {
	return func(url, password string) {
		fmt.Fprintf(t.out, "\n  %s  %s\n", t.bold("Heron is at"), url)
		if password != "" {
			fmt.Fprintf(t.out, "  log in as admin with the password %s\n  %s\n", t.bold(password), t.faint("(shown this once; change it on the page)"))
		}
		if note != "" {
			fmt.Fprintf(t.out, "  %s\n", note)
		}
		fmt.Fprintln(t.out)
	}
}
