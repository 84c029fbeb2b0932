package cluster_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/cluster"
)

// crowd makes devices of some kinds. A kind has facts of its own, some that other
// kinds share, and some that all have; a device lacks some of them, and has some
// that no other has.
func crowd(kinds, each int) []cluster.Member {
	rng := rand.New(rand.NewPCG(1, 2))
	var out []cluster.Member
	for k := range kinds {
		kind := []cluster.Fact{{Key: "mac.vendor", Value: fmt.Sprint("maker ", k/4)}}
		for i := range 8 {
			kind = append(kind, cluster.Fact{Key: fmt.Sprint("own.", i), Value: fmt.Sprint(k)})
		}
		for i := range 12 {
			kind = append(kind, cluster.Fact{Key: fmt.Sprint("shared.", i), Value: fmt.Sprint(rng.IntN(20))})
		}
		for i := range 10 {
			kind = append(kind, cluster.Fact{Key: fmt.Sprint("all.", i), Value: "same"})
		}
		for i := range each {
			facts := slices.DeleteFunc(slices.Clone(kind), func(cluster.Fact) bool { return rng.IntN(8) == 0 })
			for range 3 {
				facts = append(facts, cluster.Fact{Key: "serial", Value: fmt.Sprint(rng.Uint64())})
			}
			slices.SortFunc(facts, func(a, b cluster.Fact) int { return strings.Compare(a.Key+"\x00"+a.Value, b.Key+"\x00"+b.Value) })
			out = append(out, cluster.Member{ID: fmt.Sprintf("%05d-%05d", k, i), Title: fmt.Sprint(k), Facts: facts})
		}
	}
	rng.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

func TestGroup(t *testing.T) {
	t.Parallel()
	members := crowd(30, 7)
	members = append(members, cluster.Member{ID: "odd", Title: "odd", Facts: []cluster.Fact{{Key: "odd", Value: "1"}, {Key: "all.1", Value: "same"}}},
		cluster.Member{ID: "silent", Title: "silent"})
	got := cluster.Group(members)
	if got.Unknown != 212 || got.Alone != 2 || len(got.Items) != 30 {
		t.Fatalf("%d unknown, %d alone, %d groups; want 212, 2 and 30", got.Unknown, got.Alone, len(got.Items))
	}
	for _, c := range got.Items {
		if len(c.Members) != 7 {
			t.Errorf("group %s has %d members", c.ID, len(c.Members))
		}
		kind := c.Members[0].Title
		for _, m := range c.Members {
			if m.Title != kind || m.Likeness < 0.5 || m.Likeness > 1 {
				t.Errorf("%+v is in the group of kind %s", m, kind)
			}
		}
		for _, trait := range c.Common[:4] {
			if trait.Elsewhere > 0 && trait.Key != "mac.vendor" || trait.Share < 0.8 {
				t.Errorf("among the most telling of %s is %+v", c.ID, trait)
			}
		}
	}
	slices.Reverse(members)
	if d := cmp.Diff(got, cluster.Group(members)); d != "" {
		t.Errorf("the order of devices matters:\n%s", d)
	}
}

// Of what all of a group have and nobody else, people are told first what is said in words.
func TestWordsBeforeFigures(t *testing.T) {
	t.Parallel()
	var members []cluster.Member
	for i := range 3 {
		members = append(members, cluster.Member{ID: fmt.Sprint(i), Facts: []cluster.Fact{
			{Key: "contact.domain", Value: "example.net"},
			{Key: "dhcp.options", Value: "53,61"},
			{Key: "dhcp.params", Value: "1,3"},
			{Key: "host.name", Value: "node-#"},
			{Key: "ip.ttl", Value: "64"},
			{Key: "profile.size", Value: "100"},
			{Key: "ssh.hassh", Value: "abc"},
			{Key: "tcp.syn", Value: "64:1"},
			{Key: "tls.ja4", Value: "t13"},
			{Key: "upnp.model_name", Value: "Zork"},
		}})
	}
	var keys []string
	for _, trait := range cluster.Group(members).Items[0].Common {
		keys = append(keys, trait.Key)
	}
	want := []string{"host.name", "contact.domain", "upnp.model_name", "dhcp.options", "dhcp.params", "tcp.syn", "tls.ja4", "ssh.hassh", "ip.ttl", "profile.size"}
	if d := cmp.Diff(want, keys); d != "" {
		t.Error(d)
	}
}

// A name that two protocols told is told once; that two numbers are equal says nothing.
func TestTraitsAreToldOnce(t *testing.T) {
	t.Parallel()
	var members []cluster.Member
	for i := range 3 {
		members = append(members, cluster.Member{ID: fmt.Sprint(i), Facts: []cluster.Fact{
			{Key: "dhcp.hostname", Value: "node-#"}, {Key: "host.name", Value: "node-#"}, {Key: "igmp.version", Value: "3"}, {Key: "ntp.version", Value: "3"},
		}})
	}
	var keys []string
	for _, trait := range cluster.Group(members).Items[0].Common {
		keys = append(keys, trait.Key)
	}
	if d := cmp.Diff([]string{"dhcp.hostname", "igmp.version", "ntp.version"}, keys); d != "" {
		t.Error(d)
	}
}

func TestGroupOfNothing(t *testing.T) {
	t.Parallel()
	if d := cmp.Diff(heron.Clusters{Items: []heron.Cluster{}}, cluster.Group(nil)); d != "" {
		t.Error(d)
	}
}

func TestGroupIsLikeAnExample(t *testing.T) {
	t.Parallel()
	members := crowd(6, 3)
	// People said what one of kind 1 is and what all of kind 2 are; of kind 3, one is left.
	members = slices.DeleteFunc(members, func(m cluster.Member) bool { return m.Title == "3" && m.ID != "00003-00000" })
	var twin cluster.Member
	for i := range members {
		switch m := &members[i]; {
		case m.ID == "00001-00001", m.Title == "2":
			m.Said = map[string]string{"type": "robot"}
		case m.Title == "3":
			twin = cluster.Member{ID: "taught", Title: "taught", Facts: m.Facts, Said: map[string]string{"type": "clock"}}
		}
	}
	got := cluster.Group(append(members, twin))
	if got.Unknown != 12 || got.Alone != 0 {
		t.Errorf("%d unknown, %d alone", got.Unknown, got.Alone)
	}
	like := map[string]string{}
	for _, c := range got.Items {
		if c.Like != nil {
			like[c.Members[0].Title] = c.Like.DeviceID + " " + c.Like.Said["type"]
		}
	}
	if d := cmp.Diff(map[string]string{"1": "00001-00001 robot", "3": "taught clock"}, like); d != "" {
		t.Error(d)
	}
}

// TestIDNamesTheMembers: whoever acts on a cluster acts on what was shown.
func TestIDNamesTheMembers(t *testing.T) {
	t.Parallel()
	members := crowd(1, 5)
	all, fewer := cluster.Group(members).Items, cluster.Group(members[1:]).Items
	if len(all) != 1 || len(fewer) != 1 || all[0].ID == fewer[0].ID {
		t.Errorf("%v and %v", all, fewer)
	}
}

func TestFacts(t *testing.T) {
	t.Parallel()
	d := &heron.Device{MACs: []heron.MAC{{0, 0x17, 0x88, 1, 2, 3}, {2, 0, 0, 1, 2, 3}}}
	var obs []heron.Observation
	for _, o := range [][2]string{
		{"link.frame", "10.0.0.5"},
		{"dhcp.address", "10.0.0.5"},
		{"dhcp.params", "1,3,6,12"},
		{"dhcp.hostname", "ESP_0A1B2C"},
		{"dhcp.hostname", "esp_9f8e7d"},
		{"contact.name", "a1.eu.iot.example.com"},
		{"contact.name", "b2.iot.example.com."},
		{"contact.name", "time.example.co.uk"},
		{"contact.name", "printer.local"},
		{"contact.name", "10.0.0.1"},
		{"mdns.txt.id", "0011AABB"},
		{"http.title", "Camera 3 of 12"},
		{"service.open", "tcp/6668"},
		{"ssdp.location", "fe80::1"},
		{"tls.ja4", "t13d1516h2_8daaf6152771_b186095e22b6"},
	} {
		obs = append(obs, heron.Observation{Key: o[0], Value: o[1]})
	}
	b := &heron.Baseline{
		Since: heron.Second, Until: heron.Second + heron.Hour,
		Traffic: heron.Traffic{
			BytesOut: 45_000, PacketsOut: 200, SizesOut: [heron.FlowBuckets]uint32{0, 150, 50}, GapsOut: [heron.FlowBuckets]uint32{7: 199},
			Used: []heron.ServiceUse{{Transport: heron.UDP, Port: 123, Protocol: "ntp"}}, Offered: []heron.ServiceUse{{Transport: heron.TCP, Port: 6668}},
		},
	}
	want := []cluster.Fact{
		{Key: "contact.domain", Value: "example.co.uk"},
		{Key: "contact.domain", Value: "example.com"},
		{Key: "dhcp.hostname", Value: "esp_#"},
		{Key: "dhcp.params", Value: "1,3,6,12"},
		{Key: "http.title", Value: "camera # of #"},
		{Key: "mac.vendor", Value: "Philips Lighting"},
		{Key: "profile.gap", Value: "34 s and more"},
		{Key: "profile.offered", Value: "tcp/6668"},
		{Key: "profile.rate", Value: "10^4 bytes an hour"},
		{Key: "profile.size", Value: "64 to 127 bytes"},
		{Key: "profile.used", Value: "udp/123/ntp"},
		{Key: "service.open", Value: "tcp/6668"},
		{Key: "tls.ja4", Value: "t13d1516h2_8daaf6152771_b186095e22b6"},
	}
	if diff := cmp.Diff(want, cluster.Facts(d, obs, b)); diff != "" {
		t.Error(diff)
	}
	b.Traffic.PacketsOut = 3
	if got := cluster.Facts(d, nil, b); len(got) != 3 {
		t.Errorf("of three packets it says %v", got)
	}
}

// BenchmarkGroup groups 100,000 devices of 2,000 kinds.
func BenchmarkGroup(b *testing.B) {
	members := crowd(2000, 50)
	for b.Loop() {
		got := cluster.Group(members)
		b.ReportMetric(float64(len(got.Items)), "groups")
	}
}
