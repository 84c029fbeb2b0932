package store

import (
	"context"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/heron-iot/heron"
)

// deviceWhere turns a filter into conditions on the device table, called d.
func (db *DB) deviceWhere(ctx context.Context, f heron.DeviceFilter) (where, error) {
	var w where
	if !f.Merged {
		w.add("d.merged = 0")
	}
	w.in("d.type", f.Types)
	w.in("d.vendor", f.Vendors)
	w.in("d.zone", f.Zones)
	w.in("d.id", f.IDs)
	w.in("d.level", stringsOf(f.Levels))
	w.in("d.criticality", f.Criticalities)
	w.in("d.purdue", f.Purdue)
	w.in("d.presence", stringsOf(f.Presence))
	if len(f.Sensors) > 0 {
		choices := make([]cond, len(f.Sensors))
		for i, s := range f.Sensors {
			choices[i] = hasToken("d.sensors", s)
		}
		w = append(w, either(choices))
	}
	if f.Local != nil {
		w.add("d.local = ?", flag(*f.Local))
	}
	if f.LastFrom != 0 {
		w.add("d.last_seen >= ?", int64(f.LastFrom))
	}
	for _, term := range f.Terms {
		c, err := db.termCond(ctx, term)
		if err != nil {
			return nil, err
		}
		if term.Not {
			c.text = "NOT (" + c.text + ")"
		}
		w = append(w, c)
	}
	return w, nil
}

func stringsOf[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = string(v)
	}
	return out
}

// hasToken asks for a whole word of a column made by tokens; case counts.
func hasToken(column, word string) cond {
	return holds(column, "|"+word+"|")
}

func either(list []cond) cond {
	if len(list) == 0 {
		return cond{text: "1 = 0"}
	}
	var c cond
	texts := make([]string, len(list))
	for i, e := range list {
		texts[i] = e.text
		c.args = append(c.args, e.args...)
	}
	c.text = "(" + strings.Join(texts, " OR ") + ")"
	return c
}

// termFields are the fields of a search term, for messages.
const termFields = "category, criticality, firmware, first, hostname, ip, level, local, mac, model, name, os, port, presence, protocol, " +
	"purdue, quarantined, risk, seen, sensor, service, type, vendor, version, zone"

// textColumns are the fields that are one column of text.
var textColumns = map[string]string{
	"": "d.search", "name": "d.name_key", "vendor": "d.vendor_key", "model": "d.model_key", "os": "d.os_key",
}

// termCond turns one term of a search into a condition.
func (db *DB) termCond(ctx context.Context, t heron.Term) (cond, error) {
	if t.Op == "" {
		t.Op = ":"
	}
	if column, ok := textColumns[t.Field]; ok {
		return textCond(column, t)
	}
	switch t.Field {
	case "hostname":
		return hostCond(t)
	case "mac":
		t.Value = strings.ReplaceAll(t.Value, "-", ":")
		return markedCond(t, "m")
	case "ip":
		return ipCond(t)
	case "category":
		t.Op = strings.Replace(t.Op, ":", "=", 1) // "ot" is not "other"
		return textCond("d.category", t)
	case "type":
		return typeCond(t)
	case "level":
		return rankCond("d.level", levelOrder, 1, t)
	case "criticality":
		return rankCond("d.criticality", heron.Criticalities(), 0, t)
	case "purdue":
		return purdueCond(t)
	case "presence":
		return presenceCond(t)
	case "firmware", "version":
		return firmwareCond(t)
	case "risk":
		return riskCond(t)
	case "service", "port", "protocol":
		return serviceCond(t)
	case "seen":
		return db.timeCond("d.last_seen", t)
	case "first":
		return db.timeCond("d.first_seen", t)
	case "local":
		return flagCond("d.local", t)
	case "quarantined":
		return flagCond("d.quarantined", t)
	case "zone":
		return db.zoneCond(ctx, t)
	case "sensor":
		return db.sensorCond(ctx, t)
	}
	return cond{}, heron.Errorf(heron.CodeInvalid, "search field %q is not known: want one of %s", t.Field, termFields)
}

func badTerm(t heron.Term, want string) error {
	return heron.Errorf(heron.CodeInvalid, "search term %s%s%s: want %s", t.Field, t.Op, t.Value, want)
}

// textOp refuses comparisons of text.
func textOp(t heron.Term) error {
	if t.Op != ":" && t.Op != "=" {
		return badTerm(t, "\":\" (contains) or \"=\" (is)")
	}
	return nil
}

func textCond(column string, t heron.Term) (cond, error) {
	if err := textOp(t); err != nil {
		return cond{}, err
	}
	if t.Op == ":" {
		return contains(column, t.Value), nil
	}
	if column == "d.search" {
		return either([]cond{
			hasToken(column, lower(t.Value)), hasToken(column, "m="+lower(t.Value)), hasToken(column, "i="+lower(t.Value)),
		}), nil
	}
	return cond{column + " = ?", []any{lower(t.Value)}}, nil
}

// markedCond looks for a token of search that carries a mark: one that begins
// with the value, or is it.
func markedCond(t heron.Term, mark string) (cond, error) {
	if t.Op == "=" {
		return hasToken("d.search", mark+"="+lower(t.Value)), nil
	}
	return holds("d.search", "|"+mark+"="+lower(t.Value)), textOp(t)
}

// hostCond looks in the hostnames.
func hostCond(t heron.Term) (cond, error) {
	if t.Op == "=" {
		return hasToken("d.hosts", lower(t.Value)), nil
	}
	return contains("d.hosts", t.Value), textOp(t)
}

// ipCond takes an address, the beginning of one, or a prefix in CIDR form. A
// prefix is held against the address a device uses now.
func ipCond(t heron.Term) (cond, error) {
	if err := textOp(t); err != nil {
		return cond{}, err
	}
	if p, err := netip.ParsePrefix(t.Value); err == nil {
		lo, hi := p.Masked().Addr(), lastAddr(p)
		return cond{"d.ip_key BETWEEN ? AND ?", []any{addrKey(lo), addrKey(hi)}}, nil
	}
	if a, err := netip.ParseAddr(t.Value); err == nil {
		return hasToken("d.search", "i="+a.String()), nil
	}
	if strings.Contains(t.Value, "/") {
		return cond{}, badTerm(t, "an address, the beginning of one, or a prefix such as 10.0.0.0/8")
	}
	return markedCond(t, "i")
}

func lastAddr(p netip.Prefix) netip.Addr {
	b := p.Masked().Addr().AsSlice()
	for i := p.Bits(); i < len(b)*8; i++ {
		b[i/8] |= 1 << (7 - i%8)
	}
	a, _ := netip.AddrFromSlice(b) // as long as an address is
	return a
}

func typeCond(t heron.Term) (cond, error) {
	if err := textOp(t); err != nil {
		return cond{}, err
	}
	if t.Op == "=" {
		return cond{"d.type = ?", []any{lower(t.Value)}}, nil
	}
	var names []string
	for name, k := range heron.DeviceTypes() {
		if strings.Contains(strings.ToLower(k.Title), strings.ToLower(t.Value)) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return either([]cond{contains("d.type", t.Value), anyOf("d.type", names)}), nil
}

var levelOrder = []string{
	string(heron.RiskUnknown), string(heron.RiskLow), string(heron.RiskMedium), string(heron.RiskHigh),
	string(heron.RiskCritical),
}

// rankCond compares words that have an order. Those before the first that ranks, as
// unknown, are neither above nor below another.
func rankCond(column string, order []string, first int, t heron.Term) (cond, error) {
	at := slices.Index(order, strings.ToLower(t.Value))
	if at < 0 {
		return cond{}, badTerm(t, "one of "+strings.Join(order, ", "))
	}
	switch t.Op {
	case "<":
		return anyOf(column, order[min(first, at):at]), nil
	case "<=":
		return anyOf(column, order[min(first, at):at+1]), nil
	case ">":
		return anyOf(column, order[max(first, at+1):]), nil
	case ">=":
		return anyOf(column, order[max(first, at):]), nil
	}
	return cond{column + " = ?", []any{order[at]}}, nil
}

// purdueCond compares Purdue levels, which sort as text does: none is above 5.
func purdueCond(t heron.Term) (cond, error) {
	level, err := strconv.ParseFloat(t.Value, 64)
	if err != nil || !(level >= 0 && level <= 5) {
		return cond{}, badTerm(t, "a level from 0 to 5, as 1 or 3.5")
	}
	op := strings.Replace(t.Op, ":", "=", 1)
	return cond{"(d.purdue <> '' AND d.purdue " + op + " ?)", []any{heron.PurdueText(level)}}, knownOp(t)
}

// presenceCond finds devices that are there, or are not.
func presenceCond(t heron.Term) (cond, error) {
	state := heron.PresenceState(lower(t.Value))
	if !slices.Contains(heron.PresenceStates(), state) {
		return cond{}, badTerm(t, "one of "+strings.Join(stringsOf(heron.PresenceStates()), ", "))
	}
	return cond{"d.presence = ?", []any{string(state)}}, textOp(t)
}

// firmwareCond compares versions as versions; ":" also finds a part of one.
func firmwareCond(t heron.Term) (cond, error) {
	switch t.Op {
	case ":":
		return either([]cond{
			{"d.firmware_key = ?", []any{versionKey(t.Value)}},
			contains("d.firmware", t.Value),
		}), nil
	case "=", "<", ">", "<=", ">=":
		return cond{"(d.firmware_key <> '' AND d.firmware_key " + t.Op + " ?)", []any{versionKey(t.Value)}}, nil
	}
	return cond{}, badTerm(t, "one of : = < > <= >=")
}

func riskCond(t heron.Term) (cond, error) {
	v, err := strconv.ParseFloat(t.Value, 64)
	if err != nil {
		return cond{}, badTerm(t, "a number from 0 to 100")
	}
	op := t.Op
	if op == ":" {
		op = "="
	}
	return cond{"(d.risk >= 0 AND d.risk " + op + " ?)", []any{v}}, knownOp(t)
}

func knownOp(t heron.Term) error {
	switch t.Op {
	case ":", "=", "<", ">", "<=", ">=":
		return nil
	}
	return badTerm(t, "one of : = < > <= >=")
}

func serviceCond(t heron.Term) (cond, error) {
	if err := textOp(t); err != nil {
		return cond{}, err
	}
	switch {
	case t.Field == "port":
		port, err := strconv.ParseUint(t.Value, 10, 16)
		if err != nil {
			return cond{}, badTerm(t, "a port from 0 to 65535")
		}
		return contains("d.services", "/"+portText(uint16(port))+"/"), nil
	case t.Field == "protocol", t.Op == "=":
		return contains("d.services", "/"+t.Value+"/"), nil
	}
	return contains("d.services", t.Value), nil
}

func flagCond(column string, t heron.Term) (cond, error) {
	switch strings.ToLower(t.Value) {
	case "yes", "true", "1":
		return cond{column + " = 1", nil}, textOp(t)
	case "no", "false", "0":
		return cond{column + " = 0", nil}, textOp(t)
	}
	return cond{}, badTerm(t, "yes or no")
}

// timeCond compares a time with an age (seen<24h: less than a day ago) or with
// a date (seen>2026-01-31: after it). ":" and "=" mean within that age, or on
// that day.
func (db *DB) timeCond(column string, t heron.Term) (cond, error) {
	if err := knownOp(t); err != nil {
		return cond{}, err
	}
	if age, ok := parseAge(t.Value); ok {
		flip := map[string]string{":": ">=", "=": ">=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}
		return cond{column + " " + flip[t.Op] + " ?", []any{int64(db.now().Add(-age))}}, nil
	}
	if day, err := time.Parse(time.DateOnly, t.Value); err == nil {
		from := heron.TimeOf(day)
		switch t.Op {
		case ":", "=":
			return cond{"(" + column + " >= ? AND " + column + " < ?)", []any{int64(from), int64(from + heron.Day)}}, nil
		case ">", "<=": // after the day's end, up to it
			from += heron.Day - 1
		}
		return cond{column + " " + t.Op + " ?", []any{int64(from)}}, nil
	}
	at, err := time.Parse(time.RFC3339, t.Value)
	if err != nil {
		return cond{}, badTerm(t, "an age such as 30m, 24h or 7d, a date such as 2026-01-31, or an RFC 3339 time")
	}
	op := t.Op
	if op == ":" {
		op = "="
	}
	return cond{column + " " + op + " ?", []any{int64(heron.TimeOf(at))}}, nil
}

// parseAge reads a duration; d and w stand for days and weeks.
func parseAge(s string) (time.Duration, bool) {
	for unit, d := range map[string]time.Duration{"d": 24 * time.Hour, "w": 7 * 24 * time.Hour} {
		if n, ok := strings.CutSuffix(s, unit); ok {
			v, err := strconv.ParseUint(n, 10, 16)
			return time.Duration(v) * d, err == nil
		}
	}
	d, err := time.ParseDuration(s)
	return d, err == nil && d >= 0
}

// zoneCond finds zones by id, kind or a part of the name; by kind also devices that
// are in no zone and belong in one of it.
func (db *DB) zoneCond(ctx context.Context, t heron.Term) (cond, error) {
	zones, err := db.ListZones(ctx)
	if err != nil {
		return cond{}, err
	}
	ids := []string{t.Value}
	for _, z := range zones {
		same := strings.EqualFold(z.Kind, t.Value) || strings.EqualFold(z.Name, t.Value)
		part := t.Op == ":" && strings.Contains(strings.ToLower(z.Name), strings.ToLower(t.Value))
		if same || part {
			ids = append(ids, z.ID)
		}
	}
	return either([]cond{anyOf("d.zone", ids), {"d.zone_kind = ?", []any{lower(t.Value)}}}), textOp(t)
}

// sensorCond finds sensors by id or a part of the name.
func (db *DB) sensorCond(ctx context.Context, t heron.Term) (cond, error) {
	sensors, err := db.ListSensors(ctx)
	if err != nil {
		return cond{}, err
	}
	found := []cond{hasToken("d.sensors", t.Value)}
	for _, s := range sensors {
		part := t.Op == ":" && strings.Contains(strings.ToLower(s.Name), strings.ToLower(t.Value))
		if part || strings.EqualFold(s.Name, t.Value) {
			found = append(found, hasToken("d.sensors", s.ID))
		}
	}
	return either(found), textOp(t)
}
