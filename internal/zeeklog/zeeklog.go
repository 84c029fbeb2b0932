// Package zeeklog writes what was seen as JSON logs with the names and fields
// of Zeek's, one object a line, so that tools which read those can be used:
// conn.log, dns.log, modbus.log, notice.log, known_hosts.log and
// known_services.log. Actions that Zeek has no log of the same meaning for are
// in heron_event.log. Fields are those of the Zeek 6 documentation, "Zeek Log
// Formats"; a field whose value is not known is left out.
//
// A Writer is used from one goroutine.
package zeeklog

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/heron-iot/heron"
)

// maxLive bounds the flows whose uid is remembered for the events in them.
const maxLive = 1 << 20

// Writer writes the logs of one run into a folder.
type Writer struct {
	dir  string
	logs map[string]*log
	uids map[tuple]string
}

// log is one open file.
type log struct {
	file *os.File
	buf  *bufio.Writer
	json *json.Encoder
}

// tuple is what an event and its flow have in common.
type tuple struct {
	transport        heron.Transport
	client, server   heron.Endpoint
	clientAt, serves uint16
}

// New returns a Writer for a folder, which it makes. A folder that has logs of
// an earlier run is refused: nothing is overwritten.
func New(dir string) (*Writer, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("folder for logs: %w", err)
	}
	old, err := filepath.Glob(filepath.Join(dir, "*.log"))
	if err == nil && len(old) > 0 {
		return nil, heron.Errorf(heron.CodeConflict, "%s: there is a log already; name a new folder", old[0])
	}
	return &Writer{dir: dir, logs: map[string]*log{}, uids: map[tuple]string{}}, err
}

// Close writes what is buffered and closes the files.
func (w *Writer) Close() error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(w.logs)) {
		l := w.logs[name]
		errs = append(errs, l.buf.Flush(), l.file.Close())
	}
	return errors.Join(errs...)
}

// line appends one object to a log.
func (w *Writer) line(name string, v any) error {
	l := w.logs[name]
	if l == nil {
		f, err := os.OpenFile(filepath.Join(w.dir, name+".log"), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if err != nil {
			return err
		}
		l = &log{file: f, buf: bufio.NewWriterSize(f, 1<<16)}
		l.json = json.NewEncoder(l.buf)
		w.logs[name] = l
	}
	return l.json.Encode(v)
}

// Flow takes a report on a flow. The last one makes a line of conn.log.
func (w *Writer) Flow(f *heron.Flow) error {
	t := tuple{f.Transport, f.Client, f.Server, f.ClientPort, f.ServerPort}
	t.client.MAC, t.server.MAC = heron.MAC{}, heron.MAC{}
	if !f.Ended {
		if len(w.uids) < maxLive {
			w.uids[t] = uid(f.ID)
		}
		return nil
	}
	delete(w.uids, t)
	return w.line("conn", connOf(f))
}

// uid is a name of a connection as Zeek's look.
func uid(id heron.FlowID) string { return "C" + hex.EncodeToString(id[:])[:17] }

// Event makes a line of the log that knows the action.
func (w *Writer) Event(e *heron.Event) error {
	h := w.head(e)
	switch {
	case e.Kind == "dns.answer":
		return w.line("dns", dnsOf(h, e))
	case e.Kind == "dns.query": // its answer is the line
		return nil
	case strings.HasPrefix(e.Kind, "modbus."):
		return w.line("modbus", modbusOf(h, e))
	}
	return w.line("heron_event", other{head: h, Kind: e.Kind, Attrs: e.Attrs})
}

// head finds the connection of an event: it may have been sent by either side.
func (w *Writer) head(e *heron.Event) head {
	t := tuple{e.Transport, e.Src, e.Dst, e.SrcPort, e.DstPort}
	t.client.MAC, t.server.MAC = heron.MAC{}, heron.MAC{}
	u, ok := w.uids[t]
	if !ok {
		t.client, t.server, t.clientAt, t.serves = t.server, t.client, t.serves, t.clientAt
		if u, ok = w.uids[t]; !ok {
			t.client, t.server, t.clientAt, t.serves = t.server, t.client, t.serves, t.clientAt
		}
	}
	return head{Time: seconds(e.Time), UID: u, OrigH: address(t.client), OrigP: t.clientAt, RespH: address(t.server), RespP: t.serves}
}

// Alert makes a line of notice.log.
func (w *Writer) Alert(a *heron.Alert) error {
	return w.line("notice", notice{
		Time: seconds(a.DetectedAt), Note: "Heron::" + a.Detector, Msg: a.Summary,
		Src: a.Src, Dst: a.Dst, N: a.Count, Severity: a.Severity.String(),
	})
}

// Device makes lines of known_hosts.log and known_services.log.
func (w *Writer) Device(d *heron.Device) error {
	if !d.Local {
		return nil
	}
	for _, ip := range d.IPs {
		if err := w.line("known_hosts", known{Time: seconds(d.First), Host: ip.String()}); err != nil {
			return err
		}
		for _, s := range d.Services {
			k := known{Time: seconds(s.First), Host: ip.String(), Port: s.Port, Proto: s.Transport.String()}
			if s.Protocol != "" {
				k.Service = []string{s.Protocol}
			}
			if err := w.line("known_services", k); err != nil {
				return err
			}
		}
	}
	return nil
}
