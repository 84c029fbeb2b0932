package heron_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/heron-iot/heron"
)

func TestFlowIDAsText(t *testing.T) {
	const text = "00112233445566778899aabbccddeeff"
	id, err := heron.ParseFlowID(text)
	if err != nil || id.String() != text {
		t.Fatalf("%v, %v", id, err)
	}
	var back struct{ ID heron.FlowID }
	doc := `{"ID":"` + text + `"}`
	if err := json.Unmarshal([]byte(doc), &back); err != nil || back.ID != id {
		t.Errorf("%v, %v", back, err)
	}
	if out, err := json.Marshal(back); err != nil || string(out) != doc {
		t.Errorf("%s, %v", out, err)
	}
	if err := json.Unmarshal([]byte(`{"ID":""}`), &back); err != nil || !back.ID.IsZero() || back.ID.String() != "" {
		t.Errorf("no id: %v, %v", back, err)
	}
}

func TestFlowIDThatIsNone(t *testing.T) {
	for _, text := range []string{"f", strings.Repeat("0", 31), strings.Repeat("g", 32), strings.Repeat("0", 34)} {
		if _, err := heron.ParseFlowID(text); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%q: %v", text, err)
		}
		if err := new(heron.FlowID).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is taken for one", text)
		}
	}
}
