package compliance

import (
	"fmt"
	"strings"
	"time"

	"github.com/heron-iot/heron"
)

// row is a control as checks lists it: its id, title and weight, the system
// requirements of IEC 62443-3-3 (2013) and the subcategories of NIST CSF 2.0
// (2024) that it speaks to, its rule in words, and the rule.
type row struct {
	id, title string
	weight    float64
	iec, csf  string
	rule      string
	applies   func(*view) bool
	decide    func(*view) verdict
}

func (r row) check() check {
	return check{
		Control: heron.Control{
			ID: r.id, Title: r.title, Weight: r.weight, Rule: r.rule,
			References: map[string][]string{
				"IEC 62443-3-3": strings.Split(r.iec, ", "),
				"NIST CSF 2.0":  strings.Split(r.csf, ", "),
			},
		},
		applies: r.applies, decide: r.decide,
	}
}

// checks lists the controls in the order of their ids.
func checks() []check {
	rows := []row{
		{
			"A05", "Telnet is closed", 3, "SR 7.7, SR 4.1", "PR.AA-03, PR.PS-01",
			"fails when a Telnet service answers", nil, closed("Telnet", "telnet", 23, 2323),
		},
		{
			"A06", "FTP and TFTP are closed", 2, "SR 7.7, SR 4.1", "PR.PS-01",
			"fails when an FTP or TFTP service answers", nil, closed("FTP or TFTP", "ftp tftp", 21, 69),
		},
		{
			"A07", "The web interface is encrypted", 2, "SR 4.1, SR 4.3", "PR.DS-02",
			"fails when HTTP without TLS serves a login", nil, webLogin,
		},
		{
			"A08", "No password crosses the network in clear", 3, "SR 1.5, SR 4.1", "PR.AA-01, PR.DS-02",
			"fails when a login in clear was seen", nil, clearLogin,
		},
		{
			"A12", "SNMP is version 3", 2, "SR 1.2, SR 4.1", "PR.AA-03",
			"fails when SNMP v1 or v2c is answered", nil, snmpVersion,
		},
		{
			"A19", "MQTT asks for a login", 2, "SR 1.2, SR 2.1", "PR.AA-03, PR.AA-05",
			"fails when a broker accepted a client without user name", nil, mqttLogin,
		},
		{
			"C01", "TLS is 1.2 or newer", 2, "SR 4.3", "PR.DS-02",
			"fails when the device agreed to TLS 1.1 or older", nil, tlsVersion,
		},
		{
			"C02", "The certificate is valid", 1, "SR 1.8", "PR.AA-01",
			"fails when a served certificate has expired", nil, certificateDate,
		},
		{
			"L02", "The clock is synchronised", 1, "SR 2.11", "PR.PS-04",
			"passes when the device was seen using NTP", nil, clockSync,
		},
		{
			"N04", "The firmware version is known", 1, "SR 7.8", "ID.AM-02",
			"passes when the identity names a firmware version", nil, firmwareKnown,
		},
		{
			"N07", "No exploited vulnerability is open", 4, "SR 3.2", "ID.RA-05, ID.RA-01",
			"fails when an open match of grade range or better is in CISA's catalogue of exploited vulnerabilities", nil, exploited,
		},
		{
			"S03", "Control devices do not talk to the Internet", 4, "SR 5.2 RE 1, SR 5.2", "PR.IR-01",
			"fails when a control device opened a connection to the Internet", control, outbound,
		},
		{
			"S04", "Nothing reaches the device from the Internet", 4, "SR 5.2", "PR.IR-01",
			"fails when a host on the Internet opened a connection to it", nil, inbound,
		},
	}
	out := make([]check, len(rows))
	for i, r := range rows {
		out[i] = r.check()
	}
	return out
}

func control(v *view) bool { return v.Device.IsControl() }

// closed decides whether a kind of service is there.
func closed(what, protocols string, ports ...uint16) func(*view) verdict {
	return func(v *view) verdict {
		if s, ok := v.service(protocols, ports...); ok {
			return fail(what+" answers", s)
		}
		if !v.watched() {
			return unknown("no service of this device was seen yet")
		}
		return pass("no " + what + " service was seen among those that answer")
	}
}

func webLogin(v *view) verdict {
	s, ok := v.service("http", 80, 8080)
	if !ok {
		if !v.watched() {
			return unknown("no service of this device was seen yet")
		}
		return pass("no web interface without TLS was seen")
	}
	if e, ok := v.first("http.www_authenticate", nil); ok {
		return fail("asks for a login over HTTP without TLS", s, e)
	}
	if e, ok := v.first("http.title", looksLikeLogin); ok {
		return fail("shows a login page over HTTP without TLS", s, e)
	}
	return unknown("serves HTTP without TLS; whether it asks for a login was not seen")
}

func looksLikeLogin(title string) bool {
	t := strings.ToLower(title)
	return strings.Contains(t, "login") || strings.Contains(t, "log in") || strings.Contains(t, "sign in")
}

func clearLogin(v *view) verdict {
	if e, ok := v.first(heron.KeyClearLogin, nil); ok {
		return fail("a login crossed the network in clear", e)
	}
	return unknown("no login was seen")
}

func snmpVersion(v *view) verdict {
	if e, ok := v.first("snmp.version", func(s string) bool { return s == "1" || s == "2c" }); ok {
		return fail("answers SNMP without encryption", e)
	}
	if e, ok := v.first("snmp.version", func(s string) bool { return s == "3" }); ok {
		return pass("answers SNMP version 3", e)
	}
	return unknown("no SNMP was seen")
}

func mqttLogin(v *view) verdict {
	if _, ok := v.service("mqtt", 1883); !ok {
		return verdict{heron.ControlNotApplicable, "is no MQTT broker", nil}
	}
	if e, ok := v.first("mqtt.anonymous", func(s string) bool { return s == "accepted" }); ok {
		return fail("the broker let a client in without user name", e)
	}
	if e, ok := v.first("mqtt.anonymous", func(s string) bool { return s == "refused" }); ok {
		return pass("the broker refused a client without login", e)
	}
	return unknown("no client without user name was seen")
}

func tlsVersion(v *view) verdict {
	old := func(s string) bool { return s == "1.1" || s == "1.0" || strings.HasPrefix(s, "ssl") }
	if e, ok := v.first("tls.version", old); ok {
		return fail("agreed to an obsolete TLS version", e)
	}
	if e, ok := v.first("tls.version", nil); ok {
		return pass("agreed to TLS 1.2 or newer", e)
	}
	return unknown("no TLS handshake of this device as server was seen")
}

func certificateDate(v *view) verdict {
	latest := ""
	for _, o := range v.byKey["tls.cert.not_after"] {
		latest = max(latest, o.Value)
	}
	end, err := time.Parse(time.RFC3339, latest)
	switch {
	case latest == "" || err != nil:
		return unknown("no certificate of this device was seen")
	case heron.TimeOf(end) < v.Now:
		return fail("its certificate expired on "+end.Format(time.DateOnly), "tls.cert.not_after="+latest)
	}
	return pass("its certificate is valid until "+end.Format(time.DateOnly), "tls.cert.not_after="+latest)
}

func clockSync(v *view) verdict {
	if e, ok := v.first(heron.KeyClientProtocol, func(s string) bool { return s == "ntp" }); ok {
		return pass("uses NTP", e)
	}
	return unknown("no NTP was seen from this device")
}

func firmwareKnown(v *view) verdict {
	if f := v.Device.Identity.Firmware; f != nil {
		return pass(fmt.Sprintf("firmware %s, confidence %.0f %%", f.Value, 100*f.Confidence), "firmware="+f.Value)
	}
	return fail("the firmware version is not known", "firmware=unknown")
}

func exploited(v *view) verdict {
	for _, m := range v.Vulnerabilities {
		if m.KEV && m.State == heron.VulnOpen && m.Grade >= heron.GradeRange {
			return fail(m.CVE+" is being exploited and matches", "cve="+m.CVE)
		}
	}
	if v.Device.Identity.Firmware == nil {
		return unknown("the firmware version is not known")
	}
	return pass("no exploited vulnerability matches this version")
}

func outbound(v *view) verdict {
	if e, ok := v.first(heron.KeyOutbound, nil); ok {
		return fail("opened a connection to the Internet", e)
	}
	return pass("no connection to the Internet was seen")
}

func inbound(v *view) verdict {
	if e, ok := v.first(heron.KeyInbound, nil); ok {
		return fail("a host on the Internet opened a connection to it", e)
	}
	return pass("no connection from the Internet was seen")
}
