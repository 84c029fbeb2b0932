package exchange

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/heron-iot/heron"
)

// Export says what is written beside the devices.
type Export struct {
	Site    string // name of the site
	Version string // of Heron
	Time    heron.Time
	ID      string // a UUID that names this export; CycloneDX wants one
}

// Writer writes devices in one format.
type Writer struct {
	Name      string
	MediaType string
	Extension string // of a file name, with its dot
	Write     func(w io.Writer, e Export, devices iter.Seq2[heron.Device, error]) error
}

var writers = []Writer{
	{"csv", "text/csv; charset=utf-8", ".csv", writeCSV},
	{"cyclonedx", "application/vnd.cyclonedx+json; version=1.6", ".cdx.json", writeCycloneDX},
	{"netbox", "text/csv; charset=utf-8", ".csv", writeNetBox},
}

// Writers lists the formats that can be written, by name.
func Writers() []Writer { return slices.Clone(writers) }

// WriterOf finds the writer of a format, or says which there are.
func WriterOf(format string) (Writer, error) {
	names := make([]string, 0, len(writers))
	for _, w := range writers {
		if w.Name == format {
			return w, nil
		}
		names = append(names, w.Name)
	}
	return Writer{}, heron.Errorf(heron.CodeInvalid, "format %q: there are %s", format, strings.Join(names, ", "))
}

var csvHead = []string{
	"id", "name", "type", "type confidence", "vendor", "vendor confidence", "model", "model confidence", "os", "firmware",
	"mac", "ip", "hostname", "serial", "services", "risk", "zone", "first seen", "last seen",
	"presence", "switch", "switch port", "switch port alias", "vlan",
	"criticality", "purdue level", "zone kind", columnWords,
}

// writeCSV writes one row a device; Read understands it.
func writeCSV(w io.Writer, _ Export, devices iter.Seq2[heron.Device, error]) error {
	return writeRows(w, csvHead, devices, func(d *heron.Device) []string {
		id := &d.Identity
		hostnames := strings.Join(d.Hostnames, " ")
		risk := ""
		if d.Risk != nil {
			risk = strconv.FormatFloat(d.Risk.Score, 'f', 0, 64)
		}
		return []string{
			d.ID, d.Title(), id.Type.Value, percent(&id.Type), valueOf(id.Vendor, ""), percent(id.Vendor),
			valueOf(id.Model, ""), percent(id.Model), valueOf(id.OS, ""), valueOf(id.Firmware, ""),
			joined(d.MACs), joined(d.IPs), hostnames, serialOf(d), services(d), risk, d.Zone, d.First.String(), d.Last.String(),
			string(d.Presence.State), ports(d, func(a *heron.Attachment) string { return cmp.Or(a.Name, a.Switch) }),
			ports(d, func(a *heron.Attachment) string { return a.Port }), ports(d, func(a *heron.Attachment) string { return a.Alias }),
			ports(d, vlanOf), d.Standing.Criticality.Value, d.Standing.Purdue.Value, d.Standing.ZoneKind.Value,
			wordsOf(d, d.Title(), hostnames),
		}
	})
}

var netboxHead = []string{"name", "role", "manufacturer", "device_type", "site", "status", "serial", "comments"}

// writeNetBox writes the table that NetBox takes in its bulk import of devices.
func writeNetBox(w io.Writer, e Export, devices iter.Seq2[heron.Device, error]) error {
	names := netboxNames{}
	return writeRows(w, netboxHead, devices, func(d *heron.Device) []string { return netboxRow(d, names.of(d), e.Site) })
}

func writeRows(w io.Writer, head []string, devices iter.Seq2[heron.Device, error], row func(*heron.Device) []string) error {
	out := csv.NewWriter(w)
	if err := out.Write(head); err != nil {
		return err
	}
	for d, err := range devices {
		if err != nil {
			return err
		}
		cells := row(&d)
		for i := range cells {
			cells[i] = guard(cells[i])
		}
		if err := out.Write(cells); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// guard keeps a spreadsheet from running what a device calls itself: a cell that
// begins like a formula gets an apostrophe, which spreadsheets do not show.
func guard(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}

// unguard is the way back.
func unguard(cell string) string {
	if rest, ok := strings.CutPrefix(cell, "'"); ok && guard(rest) == cell {
		return rest
	}
	return cell
}

func percent(c *heron.Claim) string {
	if c == nil || c.Value == "" {
		return ""
	}
	return strconv.FormatFloat(c.Confidence, 'f', 3, 64)
}

func joined[T fmt.Stringer](list []T) string {
	words := make([]string, 0, len(list))
	for _, x := range list {
		words = append(words, x.String())
	}
	return strings.Join(words, " ")
}

// services lists what a device answers on: "tcp/80/http tcp/502/modbus".
func services(d *heron.Device) string {
	words := make([]string, 0, len(d.Services))
	for i := range d.Services {
		words = append(words, serviceName(&d.Services[i]))
	}
	return strings.Join(words, " ")
}

func serviceName(s *heron.Service) string {
	name := s.Transport.String() + "/" + strconv.Itoa(int(s.Port))
	if s.Protocol != "" {
		name += "/" + s.Protocol
	}
	return name
}

// ports says something of each port that a device is at.
func ports(d *heron.Device, say func(*heron.Attachment) string) string {
	words := make([]string, 0, len(d.Attached))
	for i := range d.Attached {
		words = append(words, say(&d.Attached[i]))
	}
	return strings.Join(words, "; ")
}

func vlanOf(a *heron.Attachment) string {
	if a.VLAN == 0 {
		return ""
	}
	return strconv.Itoa(int(a.VLAN))
}
