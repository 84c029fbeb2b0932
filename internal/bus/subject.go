package bus

import (
	"encoding/hex"
	"strings"

	"github.com/heron-iot/heron"
)

// Subjects and streams. The version changes when old and new cannot understand
// each other.
const (
	batchSubjects = "heron.v1.batch.>"
	asideSubjects = "heron.v1.aside.>"
	liveSubjects  = "heron.v1.live.*"
	batchStream   = "HERON_BATCH"
	asideStream   = "HERON_ASIDE"
)

// batchSubject is where a sensor's batches go. host names the holder of the
// token under which they are sent; "" inside one process or one trust.
func batchSubject(site, host, sensor string) string {
	if host == "" {
		return "heron.v1.batch." + token(site) + "." + token(sensor)
	}
	return "heron.v1.batch." + token(site) + "." + token(host) + "." + token(sensor)
}

// siteFilter chooses the batches of a site.
func siteFilter(site string) string { return "heron.v1.batch." + token(site) + ".>" }

// Kinds of message between a process with sensors and the core, beside batches.
const (
	kindReport  = "report"  // to the core, which answers with its order
	kindWake    = "wake"    // to the process: report at once
	kindPackets = "packets" // to the process: give packets that were kept
	kindChunk   = "chunk"   // to the core: some of them
)

// sensorSubject is where messages of a kind about a process with sensors go.
// Without a name it is the beginning of all of them.
func sensorSubject(kind, site, name string) string {
	prefix := "heron.v1." + kind + "." + token(site) + "."
	if name == "" {
		return prefix
	}
	return prefix + token(name)
}

func liveSubject(site string) string { return "heron.v1.live." + token(site) }

// checkSubject reports whether b may come under that subject: it says the truth
// about its site and sensor, and a host speaks only for sensors of its name.
func checkSubject(subject string, b *heron.Batch) error {
	parts := strings.Split(subject, ".")
	switch {
	case subject == batchSubject(b.SiteID, "", b.SensorID):
		return nil
	case len(parts) == 6 && parts[3] == token(b.SiteID) && parts[5] == token(b.SensorID):
		if parts[5] == parts[4] || strings.HasPrefix(parts[5], parts[4]+"-") {
			return nil
		}
	}
	return heron.Errorf(heron.CodeForbidden, "a batch of sensor %q, site %q, came as %s: its sender may not speak for it",
		b.SensorID, b.SiteID, subject)
}

// token writes a name as one element of a subject. Letters, digits, "-" and "_"
// stand for themselves, any other byte becomes "=XX".
func token(name string) string {
	if name == "" {
		return "="
	}
	var b strings.Builder
	for i := range len(name) {
		c := name[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_':
			b.WriteByte(c)
		default:
			b.WriteByte('=')
			b.WriteString(hex.EncodeToString([]byte{c}))
		}
	}
	return b.String()
}

// untoken reads what token wrote.
func untoken(s string) (name string, ok bool) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '=' {
			b.WriteByte(s[i])
			continue
		}
		if i+3 > len(s) {
			return "", false
		}
		c, err := hex.DecodeString(s[i+1 : i+3])
		if err != nil {
			return "", false
		}
		b.Write(c)
		i += 2
	}
	return b.String(), token(b.String()) == s
}
