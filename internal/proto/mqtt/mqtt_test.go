package mqtt_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/heron-iot/heron/internal/proto/mqtt"
	"github.com/heron-iot/heron/internal/wire"
)

func read(t *testing.T, b []byte) mqtt.Packet {
	t.Helper()
	n, err := mqtt.Size(b)
	if err != nil || n != len(b) {
		t.Fatalf("size %d of %d, %v", n, len(b), err)
	}
	r := wire.NewReader(b)
	p, err := mqtt.Read(&r)
	if err != nil || len(p.Body) != p.Length {
		t.Fatalf("%+v, %v", p, err)
	}
	return p
}

func TestWhatIsWrittenCanBeRead(t *testing.T) {
	t.Parallel()
	for _, version := range []int{mqtt.Version311, mqtt.Version5} {
		c, err := mqtt.ReadConnect(read(t, mqtt.AppendConnect(nil, version, "lamp", "u", "p")).Body)
		if err != nil || c.Version != version || string(c.ClientID) != "lamp" || !c.HasUser || !c.HasPassword || c.KeepAlive != 60 {
			t.Errorf("connect: %+v, %v", c, err)
		}
		code, err := mqtt.ReadConnack(read(t, mqtt.AppendConnack(nil, version, 5)).Body)
		if err != nil || code != 5 {
			t.Errorf("connack: %d, %v", code, err)
		}
		topic, err := mqtt.ReadPublish(read(t, mqtt.AppendPublish(nil, version, "a/b", make([]byte, 300))).Body)
		if err != nil || string(topic) != "a/b" {
			t.Errorf("publish: %q, %v", topic, err)
		}
		p := read(t, mqtt.AppendPublish(nil, version, "a/b", []byte("payload")))
		if payload, err := mqtt.ReadPayload(&p, version); err != nil || string(payload) != "payload" {
			t.Errorf("payload: %q, %v", payload, err)
		}
		var filters []string
		p = read(t, mqtt.AppendSubscribe(nil, version, 7, "a/#", "+/b"))
		err = mqtt.ReadSubscribe(p.Body, version, func(f []byte) { filters = append(filters, string(f)) })
		if diff := cmp.Diff([]string{"a/#", "+/b"}, filters); diff != "" || err != nil {
			t.Errorf("subscribe: %v\n%s", err, diff)
		}
	}
}

func TestSize(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   string
		want int
		err  error
	}{
		{"", 0, nil},
		{"\x10", 0, nil},
		{"\x10\x80", 0, nil},
		{"\x10\x80\x01", 131, nil},
		{"\xc0\x00", 2, nil},
		{"\x00\x00", 0, mqtt.ErrNotMQTT},
		{"\x36\x00", 0, mqtt.ErrNotMQTT},
		{"\x80\x00", 0, mqtt.ErrNotMQTT},
		{"\x10\xff\xff\xff\xff", 0, mqtt.ErrNotMQTT},
	} {
		if got, err := mqtt.Size([]byte(c.in)); got != c.want || !errors.Is(err, c.err) {
			t.Errorf("%q: got %d, %v; want %d, %v", c.in, got, err, c.want, c.err)
		}
	}
}

func TestUserProperties(t *testing.T) {
	t.Parallel()
	properties := "\x11\x00\x00\x00\x0a" + "\x26\x00\x05model\x00\x02L1" + "\x21\x00\x09" + "\x26\x00\x02fw\x00\x031.2"
	body := "\x00\x04MQTT\x05\x02\x00\x3c" + string(rune(len(properties))) + properties + "\x00\x04lamp"
	c, err := mqtt.ReadConnect([]byte(body))
	var got []string
	c.UserProperties(func(name, value []byte) { got = append(got, string(name)+"="+string(value)) })
	if s := strings.Join(got, " "); err != nil || s != "model=L1 fw=1.2" || string(c.ClientID) != "lamp" {
		t.Errorf("got %q, %q, %v", s, c.ClientID, err)
	}
}

// FuzzRead checks that no packet reads beyond its input and that a whole one is
// written as it was read, but for a length with needless octets.
func FuzzRead(f *testing.F) {
	f.Add(mqtt.AppendConnect(nil, 5, "lamp", "u", "p"))
	f.Add(mqtt.AppendSubscribe(nil, 4, 7, "a/#"))
	f.Fuzz(func(t *testing.T, in []byte) {
		n, err := mqtt.Size(in)
		if err != nil || n == 0 || n > len(in) {
			return
		}
		r := wire.NewReader(in[:n])
		p, err := mqtt.Read(&r)
		if err != nil || r.Len() != 0 {
			t.Fatalf("%v, left %d", err, r.Len())
		}
		again := mqtt.AppendPacket(nil, p.Type, p.Flags, p.Body)
		if len(again) > n || len(again) == n && string(again) != string(in[:n]) {
			t.Fatalf("%x was written as %x", in[:n], again)
		}
		c, _ := mqtt.ReadConnect(p.Body)
		c.UserProperties(func(_, _ []byte) {})
		_ = mqtt.ReadSubscribe(p.Body, mqtt.Version5, func([]byte) {})
	})
}
