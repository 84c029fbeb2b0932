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
