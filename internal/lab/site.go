package lab

import (
	"encoding/hex"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"

	"github.com/heron-iot/heron"
)

// Zones of the site, each a /20 of 10.77.0.0/16: room for 4,000 devices.
const (
	zoneCore     = "core"
	zoneOffice   = "office"
	zoneCameras  = "cameras"
	zoneHome     = "home"
	zoneControl  = "control"
	zoneMedical  = "medical"
	zoneRetail   = "retail"
	zoneBuilding = "building"
	zoneGuest    = "guest"
)

// zoneTable gives each zone its place: 10.77.(16×index).0/20.
var zoneTable = [...]heron.Zone{
	{ID: zoneCore, Name: "Network core", Kind: "it"},
	{ID: zoneOffice, Name: "Office", Kind: "it"},
	{ID: zoneCameras, Name: "Cameras", Kind: "iot"},
	{ID: zoneHome, Name: "Staff lounge", Kind: "iot"},
	{ID: zoneControl, Name: "Production cell", Kind: "ot", Purdue: new(1.0)},
	{ID: zoneMedical, Name: "Ward", Kind: "medical"},
	{ID: zoneRetail, Name: "Shop", Kind: "pos"},
	{ID: zoneBuilding, Name: "Building automation", Kind: "ot", Purdue: new(2.0)},
	{ID: zoneGuest, Name: "Guests", Kind: "guest"},
}

// Prefix is the network that every site of the lab is on.
func Prefix() netip.Prefix { return netip.MustParsePrefix("10.77.0.0/16") }

// Zones returns the zones of the site.
func Zones() []heron.Zone {
	out := make([]heron.Zone, 0, len(zoneTable))
	for i, z := range zoneTable {
		z.Prefixes = []netip.Prefix{zonePrefix(i)}
		out = append(out, z)
	}
	return out
}

func zonePrefix(i int) netip.Prefix {
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 77, byte(16 * i), 0}), 20)
}

// Site is the models at their places.
type Site struct {
	Hosts []*Host

	byIP  map[netip.Addr]*Host
	byMAC map[heron.MAC]*Host
	roles map[string][]*Host
	seed  uint64
}

// maxPerZone and as many strangers as there may be keep each zone within its /20.
const (
	maxPerZone   = 3950
	maxStrangers = 49
)

// NewSite places every model, again and again until there are at least devices
// of them. The same seed and number give the same site.
func NewSite(seed uint64, devices int) (*Site, error) {
	s := &Site{byIP: map[netip.Addr]*Host{}, byMAC: map[heron.MAC]*Host{}, roles: map[string][]*Host{}, seed: seed}
	next := map[string]int{}
	models := Models()
	for copyNo := 0; copyNo == 0 || len(s.Hosts) < devices; copyNo++ {
		for i := range models {
			m := &models[i]
			if copyNo > 0 && m.Role == roleGateway {
				continue // one network, one gateway
			}
			for range max(1, m.Count) {
				if next[m.Zone] >= maxPerZone {
					return nil, heron.Errorf(heron.CodeInvalid, "%d devices are more than the lab's network has addresses for; ask for fewer", devices)
				}
				next[m.Zone]++
				s.add(m, next[m.Zone])
			}
		}
	}
	return s, nil
}

// add places one more device at the n-th address of its zone.
func (s *Site) add(m *Model, n int) {
	rng := rand.New(rand.NewPCG(s.seed, fnvOf(m.Name)+uint64(n)))
	h := &Host{Model: m, Index: len(s.Hosts), site: s}
	h.MAC = macOf(m, rng)
	h.IPv6 = linkLocal(h.MAC)
	h.Serial = hex.EncodeToString(h.MAC[:])
	h.IP = addressIn(m.Zone, n)
	h.Here = h.IP
	h.Name = fmt.Sprintf("%s-%d", m.Name, len(s.roles[m.Name])+1)
	s.Hosts = append(s.Hosts, h)
	s.byIP[h.IP], s.byIP[h.IPv6], s.byMAC[h.MAC] = h, h, h
	s.roles[m.Name] = append(s.roles[m.Name], h)
	if m.Role != "" {
		s.roles[m.Role] = append(s.roles[m.Role], h)
	}
}

// addressIn returns the n-th host address of a zone.
func addressIn(zone string, n int) netip.Addr {
	for i, z := range zoneTable {
		if z.ID == zone {
			return netip.AddrFrom4([4]byte{10, 77, byte(16*i + n/250), byte(n%250 + 1)})
		}
	}
	panic("lab: no zone " + zone)
}

func macOf(m *Model, rng *rand.Rand) heron.MAC {
	var mac heron.MAC
	for i := range mac {
		mac[i] = byte(rng.Uint32())
	}
	if m.OUI == "" {
		mac[0] = mac[0]&0xfc | 2 // locally administered, unicast
		return mac
	}
	if _, err := hex.Decode(mac[:3], []byte(strings.ReplaceAll(m.OUI, ":", ""))); err != nil {
		panic("lab: OUI of " + m.Name)
	}
	return mac
}

func fnvOf(s string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(s))
	return h.Sum64()
}

// gateway is the router of the site.
func (s *Site) gateway() *Host { return s.roles[roleGateway][0] }

// role returns the host that serves h in a role: the one of h's own copy of
// the site where there are several. It is nil when nobody has the role.
func (s *Site) role(h *Host, role string) *Host {
	all := s.roles[role]
	if len(all) == 0 {
		return nil
	}
	mine := s.roles[h.Model.Name]
	for i, x := range mine {
		if x == h {
			return all[i*len(all)/len(mine)]
		}
	}
	return all[0]
}

// around returns the hosts of a model in h's own copy of the site.
func (s *Site) around(h *Host, model string) []*Host {
	all, mine := s.roles[model], s.roles[h.Model.Name]
	i, n := slices.Index(mine, h), len(mine)
	return slices.Clone(all[i*len(all)/n : (i+1)*len(all)/n])
}

// cloudAddr is where a name of the outside world lives: always the same, in a
// network kept for documentation (RFC 5737).
func cloudAddr(name string) netip.Addr {
	n := fnvOf(name)
	return netip.AddrFrom4([4]byte{203, 0, 113, byte(n%253 + 1)})
}

// short is the end of the serial number, as devices put it in their names.
func (h *Host) short() string { return h.Serial[6:] }

// hostname is what the device calls itself; "" when it has no name.
func (h *Host) hostname() string {
	return strings.NewReplacer("{short}", h.short(), "{SHORT}", strings.ToUpper(h.short())).Replace(h.Model.Hostname)
}
