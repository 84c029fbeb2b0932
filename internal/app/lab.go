package app

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/config"
	"github.com/heron-iot/heron/internal/lab"
)

// LabOptions say which emulated network to bring up.
type LabOptions struct {
	Name     string
	Loopback bool // on loopback addresses, not in namespaces
	Active   bool // let the devices do what they do all day
	Models   []string
}

// LabView is a network that is up.
type LabView struct {
	Devices []lab.Device
	Watch   string // the command that watches it
}

// RunLab brings a network up, tells of it, takes attacks through its control
// socket, and takes it down when ctx ends.
func RunLab(ctx context.Context, o LabOptions, up func(LabView)) error {
	c := lab.Config{Mode: lab.Namespaces, Name: o.Name, Models: o.Models, Active: o.Active, Seed: 1}
	if o.Loopback {
		c.Mode = lab.Loopback
	}
	n, err := lab.Start(ctx, c)
	if err != nil {
		return err
	}
	v := LabView{Devices: n.Devices(), Watch: "heron scan ADDRESS"}
	if !o.Loopback {
		v.Watch = "heron serve --interface " + n.BridgeName()
	}
	l, err := listenLab(ctx, o.Name)
	if err != nil {
		return errors.Join(err, n.Stop())
	}
	up(v)
	takeAttacks(ctx, n, l)
	return n.Stop()
}

// takeAttacks serves the control socket until ctx ends.
func takeAttacks(ctx context.Context, n *lab.Network, l net.Listener) {
	ctx, cancel := context.WithCancel(ctx)
	defer context.AfterFunc(ctx, func() { _ = l.Close() })()
	var playing sync.WaitGroup
	defer playing.Wait()
	defer cancel()
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		playing.Go(func() { control(ctx, n, conn) })
	}
}

// labSocket is where a running network takes attacks.
func labSocket(name string) string {
	return filepath.Join(config.RuntimeDir(), fmt.Sprintf("heron-lab-%d%s.sock", os.Geteuid(), name))
}

func listenLab(ctx context.Context, name string) (net.Listener, error) {
	path := labSocket(name)
	// A socket that nobody answers on was left by a crash.
	dialer := net.Dialer{Timeout: time.Second}
	if conn, err := dialer.DialContext(ctx, "unix", path); err == nil {
		_ = conn.Close()
		return nil, heron.Errorf(heron.CodeConflict, "a network of this name is up already; choose another with --name")
	}
	_ = os.Remove(path)
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "unix", path)
	if err != nil {
		return nil, fmt.Errorf("control socket: %w", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// control plays the attack that the first line of a connection names.
func control(ctx context.Context, n *lab.Network, conn net.Conn) {
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	line, err := bufio.NewReader(io.LimitReader(conn, 256)).ReadString('\n')
	if err != nil {
		return
	}
	answer := "ok"
	if err := n.Attack(ctx, strings.TrimSpace(line)); err != nil {
		answer = heron.ErrorMessage(err)
	}
	fmt.Fprintln(conn, answer)
}

// LabAttack plays an attack in the network that another process has up.
func LabAttack(ctx context.Context, name, attack string) error {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "unix", labSocket(name))
	if err != nil {
		return heron.Errorf(heron.CodeUnavailable, "no network is up; start one with heron lab up")
	}
	defer conn.Close()
	if _, err := fmt.Fprintln(conn, attack); err != nil {
		return err
	}
	answer, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		return fmt.Errorf("the network went down: %w", err)
	}
	if answer = strings.TrimSpace(answer); answer != "ok" {
		return heron.Errorf(heron.CodeInvalid, "%s", answer)
	}
	return nil
}

// LabDown removes what a network left behind.
func LabDown(name string) error {
	_ = os.Remove(labSocket(name))
	return lab.Down(name)
}

// LabModel is an emulated product, in short.
type LabModel struct {
	Name     string   `json:"name"`
	Type     string   `json:"type"`
	Vendor   string   `json:"vendor"`
	Product  string   `json:"product"`
	Firmware string   `json:"firmware,omitempty"`
	Weak     []string `json:"weak,omitempty"` // CVEs of that firmware
}

// LabScript is an attack, in short.
type LabScript struct {
	Name    string   `json:"name"`
	Doc     string   `json:"doc"`
	Detects []string `json:"detects"` // the detectors that a good watcher raises
}

// LabCatalogue lists the models and the attacks.
func LabCatalogue() (models []LabModel, attacks []LabScript) {
	for _, m := range lab.Models() {
		models = append(models, LabModel{m.Name, m.Type, m.Vendor, m.Product, m.Firmware, m.Weak})
	}
	for _, a := range lab.Attacks() {
		attacks = append(attacks, LabScript{a.Name, a.Doc, a.Detects})
	}
	return models, attacks
}

// CaptureOptions say what a made-up capture holds.
type CaptureOptions struct {
	Seed     uint64
	Duration time.Duration
	Devices  int
	Attacks  []string
}

// WriteLabCapture writes the emulated network's traffic as a pcap file: the
// same options give the same bytes.
func WriteLabCapture(w io.Writer, o CaptureOptions) error {
	b := bufio.NewWriterSize(w, 1<<20)
	err := lab.WriteCapture(b, lab.StreamConfig{Seed: o.Seed, Duration: o.Duration, Devices: o.Devices, Attacks: o.Attacks})
	return errors.Join(err, b.Flush())
}

// WriteLabManifest writes what the devices of such a capture are, as a manifest
// of labelled captures: path is the capture's from there.
func WriteLabManifest(w io.Writer, o CaptureOptions, path string) error {
	s, err := lab.Stream(lab.StreamConfig{Seed: o.Seed, Duration: o.Duration, Devices: o.Devices, Attacks: o.Attacks})
	if err != nil {
		return err
	}
	out := csv.NewWriter(w)
	rows := [][]string{{"path", "label_vendor", "label_model", "label_type", "mac_of_device", "dataset", "label"}}
	for _, h := range s.Site().Hosts {
		m := h.Model
		rows = append(rows, []string{filepath.ToSlash(path), m.Vendor, m.Product, m.Type, h.MAC.String(), "lab", m.Name})
	}
	return out.WriteAll(rows)
}

// WriteChurnCapture writes three days of a network whose addresses never rest
// as a pcap file, and to truth, as JSON, which interfaces and routed addresses
// are one device.
func WriteChurnCapture(w, truth io.Writer, seed uint64) error {
	t, err := lab.WriteChurn(w, seed)
	if err != nil {
		return err
	}
	e := json.NewEncoder(truth)
	e.SetIndent("", "  ")
	return e.Encode(t)
}
