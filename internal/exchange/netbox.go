package exchange

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/heron-iot/heron"
)

func isJSON(start []byte) bool {
	start = bytes.TrimSpace(start)
	return bytes.HasPrefix(start, []byte("{")) || bytes.HasPrefix(start, []byte("["))
}

// named is an object of which NetBox gives the name with each reference to it.
type named struct {
	ID      int64  `json:"id"`
	Name    string `json:"name"`
	Slug    string `json:"slug"`
	Model   string `json:"model"`
	Address string `json:"address"`
	Maker   *named `json:"manufacturer"`
}

func (n *named) name() string {
	if n == nil {
		return ""
	}
	return n.Name
}

// netboxObject is a device of /api/dcim/devices/, or an interface of
// /api/dcim/interfaces/, as its REST API lists them (NetBox 2 to 4).
type netboxObject struct {
	named
	Kind     *named `json:"device_type"`
	Role     *named `json:"role"`
	OldRole  *named `json:"device_role"` // before NetBox 3.6
	Platform *named `json:"platform"`
	Site     *named `json:"site"`
	Location *named `json:"location"`
	Tenant   *named `json:"tenant"`
	Serial   string `json:"serial"`
	IPv4     *named `json:"primary_ip4"`
	IPv6     *named `json:"primary_ip6"`
	IP       *named `json:"primary_ip"` // the one of them that it prefers
	Comments string `json:"comments"`
	Device   *named `json:"device"`
	MAC      string `json:"mac_address"`
}

// readNetBox reads answers of NetBox's REST API, one after the other: lists of
// devices, and of interfaces for their MAC addresses.
func readNetBox(in *input) error {
	var devices []netboxObject
	macs := map[int64][]heron.MAC{}
	d := json.NewDecoder(in)
	for {
		var answer json.RawMessage
		err := d.Decode(&answer)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return heron.Errorf(heron.CodeInvalid, "the file is no JSON from byte %d on: %v", d.InputOffset(), err)
		}
		if d.InputOffset() > MaxFile {
			return tooLarge()
		}
		list, err := netboxList(answer)
		if err != nil {
			return err
		}
		for i := range list {
			o := &list[i]
			mac, isMAC := parseMAC(o.MAC)
			switch {
			case o.Device == nil:
				devices = append(devices, *o)
			case isMAC:
				macs[o.Device.ID] = append(macs[o.Device.ID], mac)
			}
		}
	}
	for i := range devices {
		in.netboxDevice(i+1, &devices[i], macs[devices[i].ID])
	}
	return nil
}

// netboxList reads an answer: a page of results, a bare list, or one object.
func netboxList(answer json.RawMessage) ([]netboxObject, error) {
	var list []netboxObject
	var page struct {
		Results json.RawMessage `json:"results"`
	}
	if bytes.HasPrefix(answer, []byte("{")) && json.Unmarshal(answer, &page) == nil && page.Results != nil {
		answer = page.Results
	} else if bytes.HasPrefix(answer, []byte("{")) {
		answer = append(append([]byte("["), answer...), ']')
	}
	if err := json.Unmarshal(answer, &list); err != nil {
		return nil, heron.Errorf(heron.CodeInvalid, "not what NetBox's REST API answers: %v", err)
	}
	return list, nil
}

// netboxDevice takes a device: one record for each interface, or for its address alone.
func (in *input) netboxDevice(number int, o *netboxObject, macs []heron.MAC) {
	r := record{words: ownWords(o.Comments)}
	for _, a := range []*named{o.IPv4, o.IPv6, o.IP} {
		if a != nil && !r.ip.IsValid() {
			r.ip, _ = parseIP(a.Address)
		}
	}
	r.tell(keyName, o.Name)
	if o.Kind != nil {
		r.known(keyModel, o.Kind.Model)
		r.known(keyVendor, o.Kind.Maker.name())
	}
	role := o.Role
	if role == nil {
		role = o.OldRole
	}
	if role != nil {
		r.kind(role.Slug)
	}
	r.tell(keyOS, o.Platform.name())
	r.tell(keySerial, o.Serial)
	r.tell(keyLocation, strings.Trim(o.Site.name()+", "+o.Location.name(), ", "))
	r.tell(keyOwner, o.Tenant.name())
	if len(macs) > 0 {
		r.mac = macs[0]
	}
	in.take(number, r)
	// Which of several has the address is not said; what names the device joins them.
	for _, m := range macs[min(1, len(macs)):] {
		other := record{mac: m}
		other.tell(keyName, o.Name)
		other.tell(keySerial, o.Serial)
		in.observe(other)
	}
}

// known adds a fact, unless it is the word for there being none.
func (r *record) known(key, value string) {
	if value != netboxUnknown {
		r.tell(key, value)
	}
}

// netboxNames gives each device of an export a name that NetBox takes: of 64
// characters at most, and no other's, in any case of letters.
type netboxNames map[string]bool

const maxNetBoxName = 64

func (n netboxNames) of(d *heron.Device) string {
	name := shortened(d.Title(), maxNetBoxName)
	if n[strings.ToLower(name)] {
		name = besides(name, d)
	}
	n[strings.ToLower(name)] = true
	return name
}

// besides adds to a name that another device has what no other has: its first
// MAC address, or else its id.
func besides(name string, d *heron.Device) string {
	tail := " " + d.ID
	if len(d.MACs) > 0 {
		tail = " " + d.MACs[0].String()
	}
	return shortened(name, maxNetBoxName-len(tail)) + tail
}

// shortened cuts a text to so many characters.
func shortened(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return strings.TrimSpace(string(r[:most]))
	}
	return s
}

// netboxRow is one line of NetBox's own bulk import of devices, which has no
// columns for addresses: they are among the comments, as what Heron said is.
func netboxRow(d *heron.Device, name, site string) []string {
	vendor, model := valueOf(d.Identity.Vendor, netboxUnknown), valueOf(d.Identity.Model, netboxUnknown)
	comment := "Heron " + d.ID + ", " + strconv.Itoa(int(d.Identity.Type.Confidence*100)) + " % sure"
	if c := d.Standing.Criticality.Value; c != "" {
		comment += ", criticality " + c
	}
	if l := d.Standing.Purdue.Value; l != "" {
		comment += ", Purdue level " + l
	}
	if len(d.MACs) > 0 {
		comment += ", MAC " + joined(d.MACs)
	}
	if len(d.IPs) > 0 {
		comment += ", IP " + joined(d.IPs)
	}
	role := strings.ReplaceAll(d.Identity.Type.Value, "_", "-")
	return []string{name, role, vendor, model, site, "active", serialOf(d), comment + saysMark + wordsOf(d, name)}
}

// netboxUnknown is written where NetBox wants a name and there is none.
const netboxUnknown = "Unknown"

// saysMark stands in a comment before what Heron said of the device.
const saysMark = "; Heron says "

// ownWords is what Heron said, of a comment that netboxRow wrote.
func ownWords(comment string) string {
	_, words, _ := strings.Cut(comment, saysMark)
	return words
}

func valueOf(c *heron.Claim, otherwise string) string {
	if c == nil {
		return otherwise
	}
	return c.Value
}

// serialOf is the serial number among the reasons of an identity, if there is one.
func serialOf(d *heron.Device) string {
	for _, e := range d.Evidence {
		if strings.HasSuffix(e.Key, "serial_number") || strings.HasSuffix(e.Key, ".serial") && !strings.HasPrefix(e.Key, "tls.") {
			return e.Value
		}
	}
	return ""
}
