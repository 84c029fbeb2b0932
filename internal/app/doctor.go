package app

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/heron-iot/heron"
	actionall "github.com/heron-iot/heron/internal/action/all"
	"github.com/heron-iot/heron/internal/audit"
	"github.com/heron-iot/heron/internal/capture"
	"github.com/heron-iot/heron/internal/config"
	"github.com/heron-iot/heron/internal/store"
)

// Finding is one thing that the doctor looked at.
type Finding struct {
	What string `json:"what"`
	OK   bool   `json:"ok"`
	// Needed tells that Heron cannot run as configured without it.
	Needed bool   `json:"needed"`
	Text   string `json:"text"`
	Mend   string `json:"mend,omitempty"` // what to do about it
}

// Doctor says what this machine allows. It changes nothing that stays.
func Doctor(ctx context.Context, c config.Config) []Finding {
	out := []Finding{doctorData(c)}
	out = append(out, doctorInterfaces(c)...)
	out = append(out, doctorListen(ctx, c), doctorDatabase(ctx, c), doctorBus(ctx, c))
	for _, x := range actionall.Executors(actionall.Options{}) {
		f := Finding{What: "quarantine by " + x.Name, OK: true, Text: "possible on this machine"}
		if err := x.Available(ctx); err != nil {
			f.OK, f.Text, f.Mend = false, heron.ErrorMessage(err), "give the binary the capability: sudo setcap cap_net_raw,cap_net_admin+ep "+executable()
		}
		out = append(out, f)
	}
	return out
}

func executable() string {
	if p, err := os.Executable(); err == nil {
		return p
	}
	return "heron"
}

func doctorData(c config.Config) Finding {
	f := Finding{What: "data folder", Needed: true, OK: true, Text: c.Data}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return Finding{What: f.What, Needed: true, Text: err.Error(), Mend: "choose a folder you may write to with --data"}
	}
	probe := filepath.Join(c.Data, ".heron-doctor")
	if err := os.WriteFile(probe, nil, 0o600); err != nil {
		f.OK, f.Text, f.Mend = false, err.Error(), "choose a folder you may write to with --data"
		return f
	}
	_ = os.Remove(probe)
	return f
}

// doctorInterfaces tries to capture on each interface that is up.
func doctorInterfaces(c config.Config) []Finding {
	list, err := net.Interfaces()
	if err != nil {
		return []Finding{{What: "interfaces", Text: err.Error()}}
	}
	wanted := map[string]bool{}
	for _, n := range c.Sensor.Interfaces {
		wanted[n] = true
	}
	var out []Finding
	for _, i := range list {
		if i.Flags&net.FlagUp == 0 && !wanted[i.Name] {
			continue
		}
		out = append(out, doctorInterface(i.Name, wanted[i.Name]))
		delete(wanted, i.Name)
	}
	for n := range wanted {
		out = append(out, Finding{What: "capture on " + n, Needed: true, Text: "there is no such interface", Mend: "ip link lists them"})
	}
	return out
}

func doctorInterface(name string, needed bool) Finding {
	f := Finding{What: "capture on " + name, Needed: needed, OK: true, Text: "possible"}
	src, err := capture.OpenInput(capture.LiveConfig{Interface: name, RingBytes: 1 << 20})
	if err != nil {
		f.OK, f.Text = false, heron.ErrorMessage(err)
		f.Mend = "run as root, or: sudo setcap cap_net_raw,cap_net_admin+ep " + executable()
		return f
	}
	_ = src.Close()
	return f
}

func doctorListen(ctx context.Context, c config.Config) Finding {
	f := Finding{What: "page and API", Needed: true, OK: true, Text: "can listen on " + c.Web.Listen}
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", c.Web.Listen)
	if err != nil {
		f.OK, f.Text, f.Mend = false, err.Error(), "choose another address with --listen, or stop what uses it"
		return f
	}
	_ = l.Close()
	return f
}

func doctorDatabase(ctx context.Context, c config.Config) Finding {
	f := Finding{What: "database", Needed: true, OK: true, Text: "SQLite in the data folder"}
	if c.DB.URL == "" {
		return f
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	db, err := store.Open(ctx, c.DB.URL, store.Options{AuditHash: audit.Hash})
	if err != nil {
		f.OK, f.Text, f.Mend = false, heron.ErrorMessage(err), "check --db; a password comes from PGPASSWORD or ~/.pgpass"
		return f
	}
	f.Text = "reached, schema up to date"
	if err := db.Close(); err != nil {
		f.OK, f.Text = false, err.Error()
	}
	return f
}

func doctorBus(ctx context.Context, c config.Config) Finding {
	f := Finding{What: "bus", Needed: true, OK: true, Text: "in this process"}
	if c.Bus.URL == "" {
		return f
	}
	host := c.Bus.URL
	if i := len("nats://"); len(host) > i && host[:i] == "nats://" {
		host = host[i:]
	}
	var d net.Dialer
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	conn, err := d.DialContext(ctx, "tcp", host)
	if err != nil {
		f.OK, f.Text, f.Mend = false, err.Error(), "check --bus, and that a firewall lets it through"
		return f
	}
	_ = conn.Close()
	f.Text = fmt.Sprintf("%s answers", c.Bus.URL)
	return f
}
