package bacnet_test

import (
	"strings"
	"testing"

	"github.com/heron-iot/heron/internal/proto/bacnet"
)

func TestWhatIsWrittenCanBeRead(t *testing.T) {
	t.Parallel()
	device := bacnet.ObjectID(bacnet.ObjectDevice, 40001)
	asked, err := bacnet.Read(bacnet.AppendReadProperty(nil, 9, device, bacnet.PropModelName))
	if err != nil || asked.Object != device || asked.Property != bacnet.PropModelName || asked.Invoke != 9 {
		t.Fatalf("ReadProperty: got %+v, %v", asked, err)
	}
	for _, v := range []bacnet.Value{bacnet.Text("JACE"), bacnet.Text("a longer name"), bacnet.Number(36), bacnet.Real(0)} {
		got, err := bacnet.Read(bacnet.AppendProperty(nil, &asked, v))
		if err != nil || got.Kind != bacnet.ComplexAck || got.Object != device || got.Property != bacnet.PropModelName {
			t.Errorf("answer %x: got %+v, %v", v, got, err)
		}
	}
	iam, err := bacnet.Read(bacnet.AppendIAm(nil, 40001, 36))
	if err != nil || iam.Object != device || iam.Vendor != 36 || iam.Service != bacnet.IAm {
		t.Errorf("I-Am: got %+v, %v", iam, err)
	}
	who, err := bacnet.Read(bacnet.AppendWhoIs(nil))
	if err != nil || who.Service != bacnet.WhoIs || who.Low != -1 {
		t.Errorf("Who-Is: got %+v, %v", who, err)
	}
	if _, err := bacnet.Read(bacnet.AppendUnknownProperty(nil, &asked)); err != nil {
		t.Errorf("error: %v", err)
	}
}

func TestPropertiesOfAnAnswer(t *testing.T) {
	t.Parallel()
	asked := bacnet.Message{Invoke: 1, Object: bacnet.ObjectID(bacnet.ObjectDevice, 7), Property: bacnet.PropModelName}
	got, err := bacnet.Read(bacnet.AppendProperty(nil, &asked, bacnet.Text("a longer name")))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	got.Properties(func(p bacnet.Property) {
		n++
		if text, ok := p.ReadText(); !ok || string(text) != "a longer name" || p.ID != bacnet.PropModelName || p.Index != -1 {
			t.Errorf("got %+v, text %q", p, text)
		}
	})
	if n != 1 {
		t.Errorf("%d properties, want 1", n)
	}
	number := bacnet.Property{Value: bacnet.Number(36)}
	if v, ok := number.ReadNumber(); !ok || v != 36 {
		t.Errorf("number: got %d, %v", v, ok)
	}
}

func TestLongTextIsCut(t *testing.T) {
	t.Parallel()
	asked := bacnet.Message{Invoke: 1}
	long := bacnet.Text(strings.Repeat("x", 400))
	if got := len(bacnet.AppendProperty(nil, &asked, long)); got > 300 {
		t.Errorf("got %d bytes", got)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(bacnet.AppendWhoIs(nil))
	f.Add(bacnet.AppendIAm(nil, 1, 2))
	f.Add(bacnet.AppendReadProperty(nil, 1, 2, 3))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := bacnet.Read(b)
		if err != nil {
			return
		}
		m.Properties(func(p bacnet.Property) {
			p.ReadText()
			p.ReadNumber()
		})
		if m.Network || m.SourceNet != 0 {
			return
		}
		if m.Service == bacnet.ReadProperty && m.Kind == bacnet.Confirmed && m.Property < 256 {
			if _, err := bacnet.Read(bacnet.AppendProperty(nil, &m, bacnet.Number(1))); err != nil {
				t.Fatalf("answer to %+v: %v", m, err)
			}
		}
	})
}
