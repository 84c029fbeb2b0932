// Package exchange reads what other systems know of a network, and writes what
// Heron knows for them: leases of DHCP servers, NetBox, spreadsheets, CycloneDX.
//
// What is read becomes observations like any other: with their own times, of the
// interface that they are about, from a source that says where they came from
// (import.kea …). Nothing of a file is trusted beyond that: lines that cannot be
// read are told with their number, and the others are taken.
package exchange

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/wire"
)

// MaxFile is how large a file may be, in bytes: some hundred thousand devices.
const MaxFile = 64 << 20

// maxProblems bounds the faults that are told one by one.
const maxProblems = 100

// record is one host as a file has it. What is not known is empty.
type record struct {
	mac         heron.MAC
	ip          netip.Addr
	leased      bool // a DHCP server gave it the address
	first, last heron.Time
	facts       []fact
	words       string // what of it Heron said itself, when it was written (see wordsOf)
}

type fact struct{ key, value string }

// tell adds a fact if there is something in it.
func (r *record) tell(key, value string) {
	if value = wire.Text([]byte(strings.TrimSpace(value)), heron.MaxObservationValue); value != "" {
		r.facts = append(r.facts, fact{key, value})
	}
}

// name adds a name that the host gave itself.
func (r *record) name(value string) { r.tell(heron.KeyHostname, strings.TrimSuffix(value, ".")) }

// reader reads one format.
type reader struct {
	name string
	is   func(start []byte) bool // what a file of it begins with
	read func(in *input) error
}

var readers = []reader{
	{"netbox", isJSON, readNetBox},
	{"kea", isKea, readKea},
	{"isc", isISC, readISC},
	{"dnsmasq", isDnsmasq, readDnsmasq},
	{"csv", func([]byte) bool { return true }, readCSV},
}

// Formats names what Read understands.
func Formats() []string {
	names := make([]string, 0, len(readers))
	for i := range readers {
		names = append(names, readers[i].name)
	}
	slices.Sort(names)
	return names
}

// Read reads a file of the given format; of whichever it looks like when format
// is "" or "auto". now is the time of what has none of its own, and the latest
// that anything may have. The error is for a file that is none of the format, or
// gave nothing at all.
func Read(format string, r io.Reader, now heron.Time) (*heron.Import, []heron.Observation, error) {
	in := &input{Reader: bufio.NewReaderSize(io.LimitReader(r, MaxFile+1), 64<<10), now: now}
	start, err := in.Peek(4 << 10)
	if err != nil && len(bytes.TrimSpace(start)) == 0 {
		return nil, nil, heron.Errorf(heron.CodeInvalid, "the file is empty")
	}
	for _, f := range readers {
		if f.name == format || (format == "" || format == "auto") && f.is(start) {
			in.out.Format, in.source = f.name, "import."+f.name
			if err := in.finish(f.read(in)); err != nil {
				return nil, nil, err
			}
			return &in.out, in.observations, nil
		}
	}
	return nil, nil, heron.Errorf(heron.CodeInvalid, "format %q: there are %s", format, strings.Join(Formats(), ", "))
}

// input is a file being read, and what it said so far.
type input struct {
	*bufio.Reader
	now    heron.Time
	source string
	size   int64

	out          heron.Import
	observations []heron.Observation
}

// lines yields the lines of the file with their numbers, without what ends them.
func (in *input) lines(yield func(int, string) bool) error {
	s := bufio.NewScanner(in)
	s.Buffer(nil, 64<<10)
	n := 0
	for s.Scan() {
		n++
		if in.size += int64(len(s.Bytes())) + 1; in.size > MaxFile {
			return tooLarge()
		}
		if !yield(n, strings.TrimRight(s.Text(), "\r")) {
			return nil
		}
	}
	if err := s.Err(); err != nil {
		return heron.Errorf(heron.CodeInvalid, "line %d: %v", n+1, err)
	}
	return nil
}

func tooLarge() error {
	return heron.Errorf(heron.CodeInvalid, "the file is larger than %d MB: cut it in parts", MaxFile>>20)
}

// skip notes why a line is not taken.
func (in *input) skip(line int, why string, args ...any) {
	in.out.Skipped++
	if len(in.out.Problems) < maxProblems {
		in.out.Problems = append(in.out.Problems, heron.ImportProblem{Line: line, Why: fmt.Sprintf(why, args...)})
	}
}

// take takes a host, or says why not.
func (in *input) take(line int, r record) {
	if r.mac.IsZero() && !r.ip.IsValid() {
		in.skip(line, "has neither a MAC nor an IP address")
		return
	}
	if r.leased && r.ip.IsValid() && !r.mac.IsZero() {
		r.tell(heron.KeyDHCPAddress, r.ip.String())
	}
	if len(r.facts) == 0 {
		in.skip(line, "says nothing of the device")
		return
	}
	in.out.Hosts++
	r.facts = slices.DeleteFunc(r.facts, func(f fact) bool { return f.repeats(r.words) })
	in.observe(r)
}

// observe turns the facts of a record into observations.
func (in *input) observe(r record) {
	last := min(r.last, in.now)
	if last <= 0 {
		last = in.now
	}
	first := min(r.first, last)
	if first <= 0 {
		first = last
	}
	for _, f := range r.facts {
		in.observations = append(in.observations, heron.Observation{
			Subject: heron.Subject{Endpoint: heron.Endpoint{MAC: r.mac, IP: r.ip}},
			Key:     f.key, Value: f.value, Source: in.source, First: first, Last: last, Count: 1,
		})
	}
}

// finish refuses a file that gave nothing.
func (in *input) finish(err error) error {
	switch {
	case err != nil:
		return err
	case in.out.Hosts == 0 && in.out.Skipped == 0:
		return heron.Errorf(heron.CodeInvalid, "the file has no hosts; it was read as %s", in.out.Format)
	case in.out.Hosts == 0:
		p := in.out.Problems[0]
		return heron.Errorf(heron.CodeInvalid, "nothing could be taken of the file, read as %s; the first fault: line %d: %s", in.out.Format, p.Line, p.Why)
	}
	return nil
}

// parseMAC reads an address as people write it: 00:11:22:33:44:55,
// 00-11-22-33-44-55, 0011.2233.4455, 001122334455.
func parseMAC(s string) (heron.MAC, bool) {
	hex := strings.Map(func(r rune) rune {
		if r == ':' || r == '-' || r == '.' || r == ' ' {
			return -1
		}
		return r
	}, s)
	if len(hex) != 12 {
		return heron.MAC{}, false
	}
	var b strings.Builder
	for i := 0; i < 12; i += 2 {
		if i > 0 {
			b.WriteByte(':')
		}
		b.WriteString(hex[i : i+2])
	}
	m, err := heron.ParseMAC(strings.ToLower(b.String()))
	return m, err == nil && !m.IsZero()
}

// parseIP reads an address, with or without the length of its prefix.
func parseIP(s string) (netip.Addr, bool) {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "/")
	ip, err := netip.ParseAddr(s)
	return ip.Unmap().WithZone(""), err == nil && !ip.IsUnspecified()
}
