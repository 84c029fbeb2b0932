package exchange

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/heron-iot/heron"
)

// isDnsmasq: a line begins with the time at which a lease ends, and a MAC.
func isDnsmasq(start []byte) bool {
	line, _, _ := bytes.Cut(start, []byte("\n"))
	f := strings.Fields(string(line))
	if len(f) < 4 {
		return len(f) == 2 && f[0] == "duid"
	}
	_, err := strconv.ParseInt(f[0], 10, 64)
	_, isMAC := parseMAC(dnsmasqMAC(f[1]))
	return err == nil && isMAC
}

// dnsmasqMAC cuts off the type of hardware, which stands before a MAC that is
// not Ethernet's: 06-00:11:22:33:44:55.
func dnsmasqMAC(s string) string {
	if kind, mac, ok := strings.Cut(s, "-"); ok && len(kind) == 2 && strings.Contains(mac, ":") {
		return mac
	}
	return s
}

// readDnsmasq reads dnsmasq.leases: "end MAC address name client-id" a line, "*"
// for what is not known. After a line "duid …" the leases are of IPv6, with an
// interface number in place of the MAC.
func readDnsmasq(in *input) error {
	six := false
	return in.lines(func(n int, line string) bool {
		f := strings.Fields(line)
		if len(f) == 2 && f[0] == "duid" {
			six = true
			return true
		}
		if len(f) == 0 {
			return true
		}
		if len(f) < 5 {
			in.skip(n, "want five fields: end, MAC, address, name, client id")
			return true
		}
		ip, ok := parseIP(f[2])
		if !ok {
			in.skip(n, "%.40q is no IP address", f[2])
			return true
		}
		r := record{ip: ip, leased: true, last: unix(f[0])}
		if six {
			r.tell("dhcpv6.duid", strings.ReplaceAll(f[4], ":", ""))
		} else if r.mac, ok = parseMAC(dnsmasqMAC(f[1])); !ok {
			in.skip(n, "%.40q is no MAC address", f[1])
			return true
		}
		if f[3] != "*" {
			r.name(f[3])
		}
		in.take(n, r)
		return true
	})
}

// unix reads seconds since 1970; 0 when it is none, or for ever.
func unix(s string) heron.Time {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n <= 0 || n > 1<<33 {
		return 0
	}
	return heron.Time(n) * heron.Second
}

func isKea(start []byte) bool {
	return bytes.HasPrefix(start, []byte("address,hwaddr,")) || bytes.HasPrefix(start, []byte("address,duid,"))
}

// readKea reads the lease files of Kea: CSV with a head, for IPv4 or IPv6.
func readKea(in *input) error {
	rows := csv.NewReader(in)
	rows.FieldsPerRecord, rows.LazyQuotes, rows.ReuseRecord = -1, true, true
	head, err := rows.Read()
	if err != nil {
		return heron.Errorf(heron.CodeInvalid, "the head of the file cannot be read: %v", err)
	}
	column := map[string]int{}
	for i, name := range head {
		column[name] = i
	}
	if _, ok := column["address"]; !ok {
		return heron.Errorf(heron.CodeInvalid, "a lease file of Kea begins with the names of its columns, address among them; this one with %.200q", strings.Join(head, ","))
	}
	return in.rows(rows, func(line int, row []string) {
		at := func(name string) string {
			if i, ok := column[name]; ok && i < len(row) {
				return row[i]
			}
			return ""
		}
		ip, ok := parseIP(at("address"))
		if !ok {
			in.skip(line, "%.40q is no IP address", at("address"))
			return
		}
		if at("state") == "1" {
			in.skip(line, "the host declined the address")
			return
		}
		r := record{ip: ip, leased: true, last: unix(at("expire"))}
		if life := unix(at("valid_lifetime")); r.last > life {
			r.first = r.last - life
		}
		r.mac, _ = parseMAC(at("hwaddr"))
		// Kea writes a comma of a name as "&#x2c".
		r.name(strings.ReplaceAll(at("hostname"), "&#x2c", ","))
		r.tell("dhcpv6.duid", strings.ReplaceAll(at("duid"), ":", ""))
		if id := strings.ReplaceAll(at("client_id"), ":", ""); strings.HasPrefix(id, "ff") {
			r.tell("dhcp.client_id", id)
		}
		in.take(line, r)
	})
}

// rows calls fn for each row with its line.
func (in *input) rows(rows *csv.Reader, fn func(line int, row []string)) error {
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if bad, ok := errors.AsType[*csv.ParseError](err); ok {
			in.skip(bad.Line, "%v", bad.Err)
			continue
		}
		if err != nil {
			return heron.Errorf(heron.CodeInvalid, "%v", err)
		}
		if rows.InputOffset() > MaxFile {
			return tooLarge()
		}
		line, _ := rows.FieldPos(0)
		fn(line, row)
	}
}

func isISC(start []byte) bool {
	return bytes.HasPrefix(start, []byte("lease ")) || bytes.Contains(start, []byte("\nlease ")) ||
		bytes.Contains(start, []byte("authoring-byte-order"))
}

// readISC reads dhcpd.leases(5): a journal, in which each lease is written anew
// when it changes. Each is a fact of its own time.
func readISC(in *input) error {
	var r *record
	err := in.lines(func(n int, line string) bool {
		line = strings.TrimSpace(line)
		if address, ok := strings.CutPrefix(line, "lease "); ok {
			r = &record{leased: true}
			if r.ip, ok = parseIP(strings.TrimSuffix(address, "{")); !ok {
				in.skip(n, "%.40q is no IP address", address)
				r = nil
			}
			return true
		}
		if r == nil {
			return true
		}
		if line == "}" {
			in.take(n, *r)
			r = nil
			return true
		}
		r.statement(strings.TrimSuffix(line, ";"))
		return true
	})
	return err
}

// statement reads one statement of a lease.
func (r *record) statement(s string) {
	word, rest, _ := strings.Cut(s, " ")
	switch word {
	case "starts":
		r.first = iscTime(rest)
	case "ends":
		r.last = iscTime(rest)
	case "hardware":
		_, mac, _ := strings.Cut(rest, " ")
		r.mac, _ = parseMAC(mac)
	case "client-hostname":
		r.name(strings.Trim(rest, `"`))
	case "set":
		if class, ok := strings.CutPrefix(rest, "vendor-class-identifier = "); ok {
			r.tell("dhcp.vendor_class", strings.Trim(class, `"`))
		}
	}
}

// iscTime reads "4 2024/01/04 10:00:00" (UTC) or "epoch 1704362400"; 0 for "never".
func iscTime(s string) heron.Time {
	day, rest, _ := strings.Cut(s, " ")
	if day == "epoch" {
		seconds, _, _ := strings.Cut(rest, ";")
		return unix(strings.TrimSpace(seconds))
	}
	t, err := time.Parse("2006/01/02 15:04:05", rest)
	if err != nil {
		return 0
	}
	return heron.TimeOf(t)
}
