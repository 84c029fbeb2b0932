package app

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/heron-iot/heron"
)

func TestGatherKeepsWhatHappenedAndTheLatestState(t *testing.T) {
	t.Parallel()
	one := &heron.BatchResult{
		Batch:   &heron.Batch{Seq: 1, Flows: []heron.Flow{{ID: heron.FlowID{1}, ClientPackets: 1}, {ID: heron.FlowID{2}}}},
		Devices: []heron.Device{{ID: "a", Version: 1}, {ID: "b", Version: 1}},
		Changes: []heron.DeviceChange{{DeviceID: "a", Summary: "new"}},
		Peers:   map[string][]heron.Peer{"a": {{Address: "old"}}},
	}
	two := &heron.BatchResult{
		Batch:   &heron.Batch{Seq: 2, Flows: []heron.Flow{{ID: heron.FlowID{1}, ClientPackets: 9}}},
		Devices: []heron.Device{{ID: "a", Version: 2}},
		Changes: []heron.DeviceChange{{DeviceID: "a", Summary: "moved"}},
		Peers:   map[string][]heron.Peer{"a": {{Address: "new"}}},
	}
	got := gather([]*heron.BatchResult{one, two})
	want := &heron.BatchResult{
		Batch:   &heron.Batch{Seq: 2, Flows: []heron.Flow{{ID: heron.FlowID{1}, ClientPackets: 9}, {ID: heron.FlowID{2}}}},
		Devices: []heron.Device{{ID: "a", Version: 2}, {ID: "b", Version: 1}},
		Changes: []heron.DeviceChange{{DeviceID: "a", Summary: "new"}, {DeviceID: "a", Summary: "moved"}},
		Peers:   map[string][]heron.Peer{"a": {{Address: "new"}}},
	}
	if d := cmp.Diff(text(t, want), text(t, got)); d != "" {
		t.Errorf("gather (-want +got):\n%s", d)
	}
}

func text(t *testing.T, r *heron.BatchResult) string {
	t.Helper()
	b, err := json.MarshalIndent([]any{r.Batch, r.Devices, r.Changes, r.Peers}, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
