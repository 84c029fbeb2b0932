package identify

import (
	"regexp"
	"strings"

	"github.com/heron-iot/heron/internal/oui"
)

// What a device is called by itself or asks for names its maker, and sometimes
// the number of its model behind that, in a form that no signature needs to know.
// Such words speak where nobody else does: as long as an attribute has no answer.

// Weights of what texts say by naming it.
const (
	namedWeight = 3.6 // a vendor that a banner or title names somewhere
	// firstWeight is for one with whose name it begins: brands and products move
	// from maker to maker, and who owns one now says so first.
	firstWeight = 6.5
	// issuerWeight is for one that the issuer of a certificate names: mostly the
	// device signed it itself, but a company's own authority signs for others' too.
	issuerWeight   = 2.4
	hostNameWeight = 2.6 // one that the host's name names: people give names too
	domainWeight   = 2.6 // one in whose domain a name is that was asked for
	codeWeight     = 2.8 // the number of a model behind the vendor's name
	lineWeight     = 2.3 // the name of a line of products there: the model may be one of several
	// sayerWeight is how sure a signature's word is of the maker for a number beside
	// it to be that of a model.
	sayerWeight    = 4
	strangerWeight = 2.3 // the owner of a domain for things, whom nobody knows
)

// issuerKey is who signed a certificate.
const issuerKey = "tls.cert.issuer"

// serviceKey is what a device offers by multicast DNS.
const serviceKey = "mdns.service"

// portKey is a port that a device has open.
const portKey = "service.open"

// describing are the keys whose texts say what a thing is, and not how its host is
// called or what software it runs.
var describing = setOf([]string{"snmp.sysdescr", "http.title", "http.www_authenticate", "dhcp.vendor_class", "sip.user_agent", "lldp.system_description"})

// isHostname and isContact tell which keys hold names of the kind.
var isHostname, isContact = setOf(hostnameKeys), setOf(contactKeys)

func setOf(keys []string) map[string]bool {
	out := make(map[string]bool, len(keys))
	for _, k := range keys {
		out[k] = true
	}
	return out
}

// listen finds out whom and what a value names.
func (k *keyReader) listen(value string, r *reading) {
	switch {
	case k.banner:
		m, named := oui.Named(value)
		if !named || k.key == issuerKey && signsForAnybody(value) {
			return
		}
		r.vendor, r.first = m.Vendor.Name, m.First
		if k.group == "tls" { // a certificate has no order in which one would follow the other
			return
		}
		if code := codeIn(m.Rest); code != "" {
			r.spare = append(r.spare, vote{Model, code, fold(Model, code), codeWeight, "", nil})
		} else if line := lineIn(value, m.Rest); line != "" && m.First && describing[k.key] {
			r.spare = append(r.spare, vote{Model, line, fold(Model, line), lineWeight, "", nil})
		}
	case k.key == serviceKey:
		r.brand = serviceBrand(value)
	case isHostname[k.key]:
		r.brand = brandWord(value)
		r.maker, r.kind = hostBrand(value)
		m, named := oui.Named(value)
		if !named {
			return
		}
		r.spare = append(r.spare, vote{Vendor, m.Vendor.Name, fold(Vendor, m.Vendor.Name), hostNameWeight, "", nil})
		if kind := hostKind(behind(value, m.Vendor.Name, m.Rest)); kind != "" {
			r.votes = append(r.votes, vote{Type, kind, fold(Type, kind), hostKindWeight, "", nil})
			r.kind = ""
		}
		if code := hostCode(m.Rest); code != "" {
			r.spare = append(r.spare, vote{Model, code, fold(Model, code), codeWeight, "", nil})
		}
	case isContact[k.key]:
		r.brand = plain(cloudBrand(r.lower, apiLabel))
		if v, known := owner(r.lower); known {
			r.spare = append(r.spare, vote{Vendor, v.Name, fold(Vendor, v.Name), domainWeight, "", nil})
		} else if name := thingsOwner(r.lower); name != "" {
			r.spare = append(r.spare, vote{Vendor, name, fold(Vendor, name), strangerWeight, "", nil})
		}
	}
}

// everybodys are makers whose names everybody's devices ask for: they run
// services, stores and clouds for others.
var everybodys = setOf([]string{
	"Adobe", "Amazon", "Apple", "ASUS", "AT&T", "Cisco", "Comcast", "Dell", "Duo", "Facebook", "Google", "HP", "Huawei", "IBM", "Intel", "Lenovo", "Meta",
	"Microsoft", "Mozilla", "Nokia", "NVIDIA", "Oracle", "Samsung", "Sky", "Sony", "Telekom", "Verizon", "VMware", "Xiaomi", "Yahoo",
})

// owner returns the vendor whose name the domain is that a name is in: Fitbit of
// "api.fitbit.com", and of no other name that holds the word.
func owner(name string) (oui.Vendor, bool) {
	labels := strings.Split(strings.TrimSuffix(name, "."), ".")
	n := len(labels)
	if n < 2 {
		return oui.Vendor{}, false
	}
	for _, label := range withoutAffixes(domainLabel(labels)) {
		v, known := oui.Canonical(label)
		if len(label) > 3 && known && !v.Module && !everybodys[v.Name] && joined(oui.Fold(v.Name)) == joined(oui.Fold(label)) {
			return v, true
		}
	}
	return oui.Vendor{}, false
}

// thingsLabel begins the names that things ask for and people's programs do not:
// "mqtt.us.example.com", "iot-device.example.com". Those for paths from peer to peer are of
// companies that serve many makers.
var thingsLabel = regexp.MustCompile(`^(?:[a-z0-9]+-){0,2}(?:mqtts?|iot|devices?|ota|fota|firmware|fw|fwupdate|upgrade)[0-9]{0,2}(?:-[a-z0-9]+){0,3}$`)

// platforms are domains whose owner runs a cloud for others' things.
var platforms = setOf([]string{
	"airable", "akadns", "akamai", "akamaiedge", "akamaized", "aliyun", "aliyuncs", "amazonaws", "appspot", "arrayent", "aylanetworks", "azure",
	"azure-api", "azure-devices", "azureedge", "azurefd", "azurewebsites", "b-cdn", "backblazeb2", "balena", "balena-cloud", "blynk", "bugsnag",
	"closeli", "cloudapp", "cloudflare", "cloudfront", "cloudfunctions", "cloudlinks", "crashlytics", "cumulocity", "danale", "datadoghq", "deezer",
	"digitaloceanspaces", "duckdns", "dyndns", "edgekey", "edgesuite", "electricimp", "emqx", "emqxsl", "evrythng", "exosite", "fastly", "firebaseapp",
	"firebaseio", "frontier-nuvola", "github", "gizwits", "googleapis", "gwell", "heroku", "herokuapp", "hicloud", "hivemq", "huaweicloud",
	"influxdata", "iot-dns", "iotcplatform", "kinesis", "kpnthings", "launchdarkly", "losant", "meari", "memfault", "mosquitto", "myhuaweicloud",
	"myqcloud", "netlify", "ngrok", "no-ip", "ntp", "ondigitalocean", "onrender", "pandora", "particle", "ppstrong", "pubnub", "qcloud", "qiniucdn",
	"rackcdn", "radiotime", "scdn", "sentry", "splunkcloud", "spotify", "tange365", "tencentcloudapi", "tencentcs", "tencentdevices", "thingsboard",
	"thingspace", "thingspeak", "thingworx", "trafficmanager", "tunein", "tutk", "tuyacn", "tuyaeu", "tuyain", "tuyaus", "twilio", "ubidots", "vercel",
	"volces", "vtuner", "wasabisys", "wifiradiofrontier", "windows", "xively", "xlink",
})

// thingsOwner returns what the domain is called that a name for things is in, which
// mostly is the brand: Petlibro of "mqtt.us.petlibro.com".
func thingsOwner(name string) string {
	brand := cloudBrand(name, thingsLabel)
	if brand == "" {
		return ""
	}
	whole := withoutAffixes(brand)
	return display(whole[min(1, len(whole)-1)])
}

// maxHostCode is as much of a host name as is looked at for a model.
const maxHostCode = 40

// hostCode returns the number of a product that a host name has behind its maker's:
// RUT955 of "Teltonika-RUT955", "" where it may be a room's, a person's or an address.
func hostCode(rest string) string {
	if rest == "" || len(rest) > maxHostCode || !strings.ContainsRune("-_ ", rune(rest[0])) {
		return ""
	}
	word, _, _ := strings.Cut(rest[1:], "_")
	word, _, _ = strings.Cut(word, ".")
	return productCode(strings.ToUpper(withoutAddress(word)))
}

// withoutAddress cuts the end of an address from the end of a name.
func withoutAddress(w string) string {
	if at := strings.LastIndexByte(w, '-'); at > 0 && isHex(w[at+1:]) {
		return w[:at]
	}
	return w
}

// maxBetween is how many words may stand between a vendor's name and the number
// of a model: "Wireless N Access Point WA901ND".
const maxBetween = 4

// codeIn returns the number of a model that stands behind a vendor's name, with the
// word before it where it is a number and nothing else; "" for none that is sure to
// be one.
func codeIn(rest string) string {
	words := strings.FieldsFunc(rest, func(r rune) bool { return strings.ContainsRune(" \t\r\n,;:()[]\"'=/|", r) })
	before := ""
	for i, w := range words {
		w = withoutAddress(strings.Trim(w, "-_.&*"))
		if at := versionTail.FindStringIndex(w); at != nil {
			w = w[:at[0]]
		}
		switch {
		case w == "" || i == 0 && strings.EqualFold(w, "r"):
		case plainNumber.MatchString(w):
			if year.MatchString(w) || i+1 < len(words) && measure.MatchString(words[i+1]) {
				return ""
			}
			return strings.TrimSpace(before + " " + w)
		case isCode(w):
			return w
		case i >= maxBetween || strings.ContainsAny(w, "0123456789.@") || unrelated[strings.ToLower(w)]:
			return ""
		default:
			before = w
		}
	}
	return ""
}

var (
	// versionTail is a version that follows a number: "SPA122-1.3.5".
	versionTail = regexp.MustCompile(`[-_]v?[0-9]+\.[0-9]`)
	// codeForm is how numbers of models are written, plainNumber those of digits alone.
	codeForm    = regexp.MustCompile(`^[A-Za-z0-9]+(?:[-_+][A-Za-z0-9]+){0,4}\+?$`)
	plainNumber = regexp.MustCompile(`^[0-9]{3,5}$`)
	measure     = regexp.MustCompile(`(?i)^(?:[kmg]?(?:hz|b|bit|bps|byte|bytes|va|w|v)|ports?|series\.|dpi|mm|rpm|user|users|days?|hours?|minutes?|seconds?)$`)
	year        = regexp.MustCompile(`^(?:19[89]|20[0-4])[0-9]$`)
	// notCode are numbers that say something else: versions, measures, standards,
	// and what is a serial number or an address.
	notCode = regexp.MustCompile(`(?i)^(?:v(?:er)?[0-9].*|r[0-9]{1,3}|[0-9]+-?(?:port|ports|mbps|gbps|ghz|mhz|hz|base.*|bit|bits|mb|gb|tb|kb|kva|va|ch|th|st|nd|rd|in|inch|mm|ac|ax)|[0-9]{1,2}[acgnikpvwx]` +
		`|[0-9]+x[0-9]+|[0-9a-f]{8,}|[a-z]{0,4}[0-9]{7,}[a-z]?|ipv[46]|wpa[23].*|h26[45]|mp[34]|rs-?[24](?:32|85)|usb-?[23]|i[3-6]86|x(?:86|64).*|(?:amd|arm|base|win|aarch)[0-9]+.*|utf-?8|wifi-?[4-7]|sha-?[0-9]+|md5|cat[5-7]e?` +
		`|linux.*|windows.*|rel(?:ease)?[0-9].*|build.*|fw[0-9].*|sw[0-9].*|rev[0-9a-z]?|[345]g|http[0-9]?|snmpv[0-9].*|l[23])$`)
)

// lineForm is how makers write the names of their lines behind their own, and
// nobody a word for a kind of thing: with a capital within, or in capitals alone.
var lineForm = regexp.MustCompile(`^[ -]+([A-Z]?[a-z]{2,}[A-Z][A-Za-z]{1,12}|[A-Z]{2,}[a-z]{2,}[A-Za-z]{0,10}|[A-Z]{5,12})(?:[ ,-]|$)`)

// softwareName is how the names of programs and systems end that many products run, and
// a word for whatever is new.
var softwareName = regexp.MustCompile(`(?i)(?:os|net|web|view|config|manager|studio|server|connect|cent(?:er|re)|cloud)$|^smart$`)

// shouted are words that stand in capitals behind a maker's name for emphasis.
var shouted = setOf([]string{
	"access", "authorized", "company", "configuration", "console", "copyright", "corporation", "default", "device", "digital", "electronics", "embedded",
	"engineering", "ethernet", "evaluation", "firmware", "global", "industrial", "industries", "interface", "international", "internet", "license", "limited",
	"login", "management", "module", "network", "networks", "notice", "office", "password", "private", "production", "release", "remote", "restricted", "serial",
	"software", "solutions", "system", "systems", "technologies", "technology", "unauthorized", "unknown", "version", "warning", "welcome", "wireless",
})

// lineIn returns the name of a line of products that follows the vendor's in a
// text: FlashArray of "Pure Storage FlashArray". Where all is written in capitals
// they mean nothing.
func lineIn(text, rest string) string {
	m := lineForm.FindStringSubmatch(rest)
	if m == nil || softwareName.MatchString(m[1]) {
		return ""
	}
	if strings.ToUpper(m[1]) == m[1] {
		maker, word := strings.TrimSuffix(text, rest), strings.ToLower(m[1])
		if strings.ToUpper(maker) == maker || shouted[word] || kindsBehind[word] != "" {
			return ""
		}
	}
	return m[1]
}

// productForm is how a maker writes the number of a product where it stands alone,
// and what may follow it there: a region or a version.
var productForm = regexp.MustCompile(`^([A-Z]{2,5}-?[A-Z]{0,3}[0-9]{2,5}(?:[A-Z0-9+-]{0,8}[A-Z0-9+])?)(?:\([A-Z]{2}\)|/[vV]?[0-9].*| [vV][0-9].*| [bB]uild .*)?$`)

// namedByPeople begin the names that people give computers by the number, and
// those that makers of modules do.
var namedByPeople = regexp.MustCompile(`^(?:AP|CAM|DC|DESK|DESKTOP|FW|GW|HOST|HTTP|ID|IIS|IOT|IP|ISO|LAP|LAPTOP|LT|NAS|NB|NODE|NUC|PC|PHP|PI|PLC|PRN|PS|RACK|RFC|ROOM|RPI|RT|SIP|SN|SRV|SW|TEST|TV|USER|VLAN|VM|WIN|WKS|WS)[-_]?[0-9]|^(?:ESP|HF)[-_]`)

// productCode returns the number of a product that a text is, "" where it may be
// something else: a serial number, an address, a name that somebody gave.
func productCode(text string) string {
	m := productForm.FindStringSubmatch(text)
	if m == nil || namedByPeople.MatchString(m[1]) || notCode.MatchString(m[1]) || isHex(m[1]) {
		return ""
	}
	return m[1]
}

// isHex reports whether a word is the end of an address rather than a number.
func isHex(w string) bool {
	return len(w) >= 4 && strings.Trim(strings.ToLower(w), "0123456789abcdef") == "" && mixedHex.MatchString(w)
}

// mixedHex has letters and digits more than one after the other.
var mixedHex = regexp.MustCompile(`(?i)[0-9][a-f]+[0-9]|[a-f][0-9]+[a-f]`)

// isCode reports whether a word is written as the numbers of models are.
func isCode(w string) bool {
	if len(w) < 3 || len(w) > 24 || !codeForm.MatchString(w) || notCode.MatchString(w) || isHex(w) {
		return false
	}
	letters := strings.IndexFunc(w, func(r rune) bool { return r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' })
	return letters >= 0 && strings.ContainsAny(w, "0123456789") && (isDigit(w[0]) || strings.ToLower(w) != w)
}

// unrelated are words behind a vendor's name that the number of the model does not
// follow: what comes is another number.
var unrelated = setOf([]string{
	"at", "boot", "bootrom", "build", "by", "client", "copyright", "date", "error", "firmware", "for", "fw", "http", "https", "httpd", "hw", "id", "ios", "kernel", "lic",
	"license", "mac", "of", "on", "port", "rel", "release", "rev", "revision", "serial", "sip", "sn", "snmp", "software", "ssh", "status", "sw", "uptime", "ver",
	"version", "with",
})
