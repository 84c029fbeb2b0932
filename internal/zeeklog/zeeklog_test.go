package zeeklog_test

import (
	"bytes"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/zeeklog"
)

func end(ip string) heron.Endpoint { return heron.Endpoint{IP: netip.MustParseAddr(ip)} }

// written returns a log as text.
func written(t *testing.T, w *zeeklog.Writer, dir, name string) string {
	t.Helper()
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(dir, name+".log"))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestConnectionStates(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		over           heron.Transport
		state          heron.FlowState
		client, server uint64
		want           string
	}{
		{heron.TCP, heron.FlowClosed, 5, 5, "SF"},
		{heron.TCP, heron.FlowRejected, 1, 1, "REJ"},
		{heron.TCP, heron.FlowReset, 3, 2, "RSTO"},
		{heron.TCP, heron.FlowReset, 2, 0, "RSTOS0"},
		{heron.TCP, heron.FlowUnanswered, 3, 0, "S0"},
		{heron.TCP, heron.FlowExpired, 3, 4, "S1"},
		{heron.TCP, heron.FlowExpired, 0, 4, "OTH"},
		{heron.UDP, heron.FlowExpired, 1, 1, "SF"},
		{heron.UDP, heron.FlowUnanswered, 1, 0, "S0"},
		{heron.ICMP, heron.FlowExpired, 1, 0, "S0"},
	} {
		dir := filepath.Join(t.TempDir(), "logs")
		w, err := zeeklog.New(dir)
		if err != nil {
			t.Fatal(err)
		}
		f := heron.Flow{
			ID: heron.FlowID(bytes.Repeat([]byte{10}, 16)), Transport: c.over, Client: end("10.0.0.1"), Server: end("10.0.0.2"), State: c.state,
			ClientPackets: c.client, ServerPackets: c.server, First: heron.Second, Last: 3 * heron.Second, Ended: true,
		}
		if err := w.Flow(&f); err != nil {
			t.Fatal(err)
		}
		if got := written(t, w, dir, "conn"); !strings.Contains(got, `"duration":2,"conn_state":"`+c.want+`"`) {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

// TestAnEventIsOfItsConnection whichever side it was sent by, and not of one
// that ended.
func TestAnEventIsOfItsConnection(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "logs")
	w, err := zeeklog.New(dir)
	if err != nil {
		t.Fatal(err)
	}
	f := heron.Flow{ID: heron.FlowID(bytes.Repeat([]byte{0xbb}, 16)), Transport: heron.TCP, Client: end("10.0.0.1"), ClientPort: 40000, Server: end("10.0.0.2"), ServerPort: 502}
	answer := heron.Event{
		Time: heron.Second, Kind: "modbus.exception", Transport: heron.TCP, Src: f.Server, SrcPort: 502, Dst: f.Client, DstPort: 40000,
		Attrs: map[string]string{"unit": "1", "function": "3", "code": "2"},
	}
	for _, step := range []func() error{
		func() error { return w.Flow(&f) },
		func() error { return w.Event(&answer) },
		func() error { f.Ended = true; return w.Flow(&f) },
		func() error { return w.Event(&answer) },
	} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	want := `{"ts":1,"uid":"Cbbbbbbbbbbbbbbbbb","id.orig_h":"10.0.0.1","id.orig_p":40000,"id.resp_h":"10.0.0.2","id.resp_p":502,` +
		`"unit":1,"func":"READ_HOLDING_REGISTERS","exception":"ILLEGAL_DATA_ADDRESS"}` + "\n" +
		`{"ts":1,"id.orig_h":"10.0.0.2","id.orig_p":502,"id.resp_h":"10.0.0.1","id.resp_p":40000,` +
		`"unit":1,"func":"READ_HOLDING_REGISTERS","exception":"ILLEGAL_DATA_ADDRESS"}` + "\n"
	if got := written(t, w, dir, "modbus"); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestOldLogsAreNotOverwritten(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "conn.log"), []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := zeeklog.New(dir); heron.ErrorCode(err) != heron.CodeConflict {
		t.Errorf("got %v", err)
	}
}
