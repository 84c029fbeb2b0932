package nftables

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"

	"github.com/heron-iot/heron"
)

// Names of what the executor keeps in the kernel.
const (
	tableName   = "heron_quarantine"
	counterName = "dropped"
	setMAC      = "mac"
	setIPv4     = "ip4"
	setIPv6     = "ip6"
	setManage4  = "manage4"
	setManage6  = "manage6"
)

// family is one of the two tables.
type family struct {
	name     string
	family   nftables.TableFamily
	priority nftables.ChainPriority
}

// families: the inet chains run before those of other firewalls (their filter
// priority is 0), the bridge chains where bridges filter.
var families = []family{
	{"inet", nftables.TableFamilyINet, -10},
	{"bridge", nftables.TableFamilyBridge, -200},
}

// hooks of each table: what passes through, and what is for this machine.
var hooks = []struct {
	name string
	hook *nftables.ChainHook
}{
	{"forward", nftables.ChainHookForward},
	{"input", nftables.ChainHookInput},
}

// element is one address in one set.
type element struct {
	set, text string
	key       []byte
}

func (h hold) elements() []element {
	var out []element
	for _, m := range h.MACs {
		out = append(out, element{setMAC, m.String(), m[:]})
	}
	for _, ip := range h.IPs {
		set := setIPv4
		if ip.Is6() {
			set = setIPv6
		}
		out = append(out, element{set, ip.String(), ip.AsSlice()})
	}
	return out
}

func (x *executor) conn() (*nftables.Conn, error) {
	var o []nftables.ConnOption
	if x.NetNS != 0 {
		o = append(o, nftables.WithNetNSFd(x.NetNS))
	}
	c, err := nftables.New(o...)
	if err != nil {
		return nil, fmt.Errorf("open netlink: %w", err)
	}
	return c, nil
}

// tables returns which of our tables exist.
func (x *executor) tables() ([]family, error) {
	c, err := x.conn()
	if err != nil {
		return nil, err
	}
	list, err := c.ListTables()
	if err != nil {
		return nil, fmt.Errorf("list tables: %w", err)
	}
	var out []family
	for _, f := range families {
		if slices.ContainsFunc(list, func(t *nftables.Table) bool { return t.Name == tableName && t.Family == f.family }) {
			out = append(out, f)
		}
	}
	return out, nil
}

func (f family) table() *nftables.Table { return &nftables.Table{Name: tableName, Family: f.family} }

// sets describes the sets of a table.
func (f family) sets() []*nftables.Set {
	t := f.table()
	return []*nftables.Set{
		{Table: t, Name: setMAC, KeyType: nftables.TypeEtherAddr, HasTimeout: true},
		{Table: t, Name: setIPv4, KeyType: nftables.TypeIPAddr, HasTimeout: true},
		{Table: t, Name: setIPv6, KeyType: nftables.TypeIP6Addr, HasTimeout: true},
		{Table: t, Name: setManage4, KeyType: nftables.TypeIPAddr, Interval: true},
		{Table: t, Name: setManage6, KeyType: nftables.TypeIP6Addr, Interval: true},
	}
}

// ensure makes the tables as they should be, in the transaction of c: what is
// there already stays, the rules are written anew.
func (x *executor) ensure(c *nftables.Conn) error {
	for _, f := range families {
		t := c.AddTable(f.table())
		for _, s := range f.sets() {
			if err := addSet(c, s); err != nil {
				return fmt.Errorf("set %s: %w", s.Name, err)
			}
			if s.Interval {
				c.FlushSet(s)
				if err := c.SetAddElements(s, intervals(x.Management, s.KeyType == nftables.TypeIP6Addr)); err != nil {
					return fmt.Errorf("set %s: %w", s.Name, err)
				}
			}
		}
		c.AddObj(&nftables.NamedObj{Table: t, Name: counterName, Type: nftables.ObjTypeCounter, Obj: &expr.Counter{}})
		for _, h := range hooks {
			accept := nftables.ChainPolicyAccept
			chain := c.AddChain(&nftables.Chain{
				Name: h.name, Table: t, Type: nftables.ChainTypeFilter, Hooknum: h.hook,
				Priority: nftables.ChainPriorityRef(f.priority), Policy: &accept,
			})
			c.FlushChain(chain)
			for _, exprs := range f.rules() {
				c.AddRule(&nftables.Rule{Table: t, Chain: chain, Exprs: exprs})
			}
		}
	}
	return nil
}

// numbering guards the library's own count of sets, which all connections of a
// process share.
var numbering sync.Mutex

func addSet(c *nftables.Conn, s *nftables.Set) error {
	numbering.Lock()
	defer numbering.Unlock()
	return c.AddSet(s, nil)
}

// intervals are the borders of the management prefixes of one family.
func intervals(list []netip.Prefix, v6 bool) []nftables.SetElement {
	var out []nftables.SetElement
	for _, p := range list {
		if p = p.Masked(); p.Addr().Is6() != v6 {
			continue
		}
		out = append(out, nftables.SetElement{Key: p.Addr().AsSlice()})
		if end := after(p); end.IsValid() {
			out = append(out, nftables.SetElement{Key: end.AsSlice(), IntervalEnd: true})
		}
	}
	return out
}

// after is the first address beyond a prefix; not valid beyond the last.
func after(p netip.Prefix) netip.Addr {
	b := p.Addr().AsSlice()
	for i := p.Bits(); i < len(b)*8; i++ {
		b[i/8] |= 0x80 >> (i % 8)
	}
	last, _ := netip.AddrFromSlice(b)
	return last.Next()
}

// add holds the addresses for a time. One that is held already gets the new
// time: it is removed and added in one transaction, for older kernels ignore a
// second add.
func (x *executor) add(h hold, left time.Duration, comment string) error {
	held, err := x.held()
	if err != nil {
		return err
	}
	c, err := x.conn()
	if err != nil {
		return err
	}
	if err := x.ensure(c); err != nil {
		return err
	}
	for _, f := range families {
		sets := f.byName()
		for _, e := range h.elements() {
			s := sets[e.set]
			if held[e.text].in(f) {
				if err := c.SetDeleteElements(s, []nftables.SetElement{{Key: e.key}}); err != nil {
					return err
				}
			}
			if err := c.SetAddElements(s, []nftables.SetElement{{Key: e.key, Timeout: left, Comment: comment}}); err != nil {
				return err
			}
		}
	}
	if err := c.Flush(); err != nil {
		return fmt.Errorf("write nftables: %w", err)
	}
	return nil
}

func (f family) byName() map[string]*nftables.Set {
	out := map[string]*nftables.Set{}
	for _, s := range f.sets() {
		out[s.Name] = s
	}
	return out
}

// remove ends the hold of the addresses that nobody held before, and takes the
// tables away with the last hold: who quarantines nothing pays for nothing.
func (x *executor) remove(h hold) error {
	if err := x.removeElements(h); err != nil {
		return err
	}
	held, err := x.held()
	if err != nil || len(held) > 0 {
		return err
	}
	tables, err := x.tables()
	if err != nil || len(tables) == 0 {
		return err
	}
	c, err := x.conn()
	if err != nil {
		return err
	}
	for _, f := range tables {
		c.DelTable(f.table())
	}
	if err := c.Flush(); err != nil {
		return fmt.Errorf("remove tables: %w", err)
	}
	return nil
}

// removeElements takes the addresses that nobody held before out of the sets.
// An element may expire between the look and the removal: it looks twice.
func (x *executor) removeElements(h hold) error {
	for range 2 {
		err := x.removeHeld(h)
		if !errors.Is(err, unix.ENOENT) {
			return err
		}
	}
	return heron.Errorf(heron.CodeUnavailable, "the quarantine sets change under our hands; somebody else writes them")
}

// removeHeld is removeElements for those that are in the sets now.
func (x *executor) removeHeld(h hold) error {
	held, err := x.held()
	if err != nil {
		return err
	}
	c, err := x.conn()
	if err != nil {
		return err
	}
	n := 0
	for _, f := range families {
		sets := f.byName()
		for _, e := range h.elements() {
			if !held[e.text].in(f) || slices.Contains(h.Kept, e.text) {
				continue
			}
			n++
			if err := c.SetDeleteElements(sets[e.set], []nftables.SetElement{{Key: e.key}}); err != nil {
				return err
			}
		}
	}
	if n == 0 {
		return nil
	}
	if err := c.Flush(); err != nil {
		return fmt.Errorf("write nftables: %w", err)
	}
	return nil
}

// found is an element read back.
type found struct {
	expires time.Duration // the least of both tables
	tables  int
	mask    uint8
}

func (e found) in(f family) bool { return e.mask&f.bit() != 0 }

func (f family) bit() uint8 {
	if f.family == nftables.TableFamilyBridge {
		return 2
	}
	return 1
}

// held reads back all that is held, by address.
func (x *executor) held() (map[string]found, error) {
	out := map[string]found{}
	tables, err := x.tables()
	if err != nil {
		return nil, err
	}
	c, err := x.conn()
	if err != nil {
		return nil, err
	}
	for _, f := range tables {
		for _, s := range f.sets() {
			if s.Interval {
				continue
			}
			list, err := c.GetSetElements(s)
			if err != nil {
				return nil, fmt.Errorf("read set %s: %w", s.Name, err)
			}
			for _, e := range list {
				text := address(e.Key)
				was := out[text]
				if was.tables == 0 || e.Expires < was.expires {
					was.expires = e.Expires
				}
				was.tables++
				was.mask |= f.bit()
				out[text] = was
			}
		}
	}
	return out, nil
}

// address is the text of a key.
func address(key []byte) string {
	if ip, ok := netip.AddrFromSlice(key); ok {
		return ip.String()
	}
	var m heron.MAC
	copy(m[:], key)
	return m.String()
}

// checkRules makes sure that every chain has all its rules.
func (x *executor) checkRules() error {
	c, err := x.conn()
	if err != nil {
		return err
	}
	for _, f := range families {
		for _, h := range hooks {
			rules, err := c.GetRules(f.table(), &nftables.Chain{Name: h.name, Table: f.table()})
			if err != nil && !errors.Is(err, unix.ENOENT) {
				return fmt.Errorf("read chain %s: %w", h.name, err)
			}
			if len(rules) != len(f.rules()) {
				return heron.Errorf(heron.CodeUnavailable, "the chain %s %s %s has %d rules, not %d: somebody changed it",
					f.name, tableName, h.name, len(rules), len(f.rules()))
			}
		}
	}
	return nil
}

// dropped is how many packets both tables stopped so far.
func (x *executor) dropped() (uint64, error) {
	c, err := x.conn()
	if err != nil {
		return 0, err
	}
	var n uint64
	for _, f := range families {
		o, err := c.GetObject(&nftables.NamedObj{Table: f.table(), Name: counterName, Type: nftables.ObjTypeCounter})
		if err != nil {
			return 0, fmt.Errorf("read counter: %w", err)
		}
		switch v := o.(type) {
		case *nftables.CounterObj:
			n += v.Packets
		case *nftables.NamedObj:
			if k, ok := v.Obj.(*expr.Counter); ok {
				n += k.Packets
			}
		}
	}
	return n, nil
}
