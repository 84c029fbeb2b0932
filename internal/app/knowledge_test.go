package app

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/client"
)

// kinds is a pack of a user's own that takes all that speaks Modbus for what is given.
func kinds(t *testing.T, dir, kind string) {
	t.Helper()
	text := "- {pack: plant, version: '1'}\n" +
		"- {id: plant.modbus, match: [{key: service.protocol, equals: tcp/502/modbus}], yields: {type: [" + kind + ", 8]}}\n"
	if err := os.WriteFile(filepath.Join(dir, "plant.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// ofType counts the devices of a type.
func ofType(t *testing.T, c *client.Client, kind string) int {
	t.Helper()
	return len(devices(t, c, "type:"+kind))
}

func TestSignaturesAreReloadedWhole(t *testing.T) {
	t.Parallel()
	conf := testConfig(t.TempDir())
	conf.Signatures = t.TempDir()
	reload := make(chan os.Signal)
	r := run(t, Options{Config: conf, Reload: reload})
	password := r.password
	c := r.login(t, password)
	upload(t, c, "plant.pcap", capturefile(t))
	if n := ofType(t, c, "kettle"); n != 0 {
		t.Fatalf("%d kettles in a plant", n)
	}

	kinds(t, conf.Signatures, "kettle") // the folder is looked at now and then
	waitFor(t, "the pack to be loaded", func() bool { return ofType(t, c, "kettle") > 0 })
	s, err := c.Signatures(t.Context())
	if err != nil || len(s.Packs) != 2 || s.Packs[1].Name != "plant" || s.Fault != "" {
		t.Errorf("signatures: %+v, %v", s, err)
	}

	kinds(t, conf.Signatures, "teapot") // no such type: nothing changes
	_, err = c.ReloadSignatures(t.Context())
	if heron.ErrorCode(err) != heron.CodeInvalid || !strings.Contains(err.Error(), `plant.yaml: line 2: plant.modbus: type "teapot"`) {
		t.Errorf("a faulty pack: %v", err)
	}
	after, err := c.Signatures(t.Context())
	if err != nil || after.Digest != s.Digest || after.Fault == "" || ofType(t, c, "kettle") == 0 {
		t.Errorf("a faulty pack changed something: %+v, %v", after, err)
	}

	kinds(t, conf.Signatures, "toaster")
	reload <- os.Interrupt // any signal
	waitFor(t, "the pack to be loaded on a signal", func() bool { return ofType(t, c, "toaster") > 0 })
	r.stop()

	// What changed while nobody ran is known at the next start.
	kinds(t, conf.Signatures, "kettle")
	r = run(t, Options{Config: conf})
	c = r.login(t, password)
	if n := ofType(t, c, "toaster"); n != 0 || ofType(t, c, "kettle") == 0 {
		t.Errorf("%d toasters after a restart", n)
	}
}

// Who ends while devices are identified anew finds at the next start that it is to be
// done, also when the signatures of then are the old ones again.
func TestSignaturesBeingExchangedAreNoOnes(t *testing.T) {
	t.Parallel()
	p, _ := platformOf(t, testConfig(t.TempDir()))
	for round := range 2 {
		var between string
		if err := p.core.learn(t.Context(), func() { between, _ = p.store.GetSetting(t.Context(), settingSignatures) }); err != nil {
			t.Fatal(err)
		}
		after, err := p.store.GetSetting(t.Context(), settingSignatures)
		if err != nil || after != p.core.digest() || between == after || between == "" {
			t.Errorf("round %d: between %q, after %q, %v", round, between, after, err)
		}
	}
}

// TestAFaultyFileTakesNoOtherWithIt: each file of the folder stands for itself, while the
// server runs and when it starts.
func TestAFaultyFileTakesNoOtherWithIt(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	one := func(id, kind string) string {
		return "- {id: " + id + ", match: [{key: http.title, equals: " + id + "}], yields: {type: [" + kind + ", 8]}}\n"
	}
	k, err := newKnowledge(dir, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	says := func(id string) string {
		obs := []heron.Observation{{Key: "http.title", Value: id}}
		return k.now.Load().Identify(obs).Identity.Type.Value
	}
	reload := func() (fault string) {
		t.Helper()
		l, err := k.load()
		if err != nil {
			t.Fatal(err)
		}
		k.use(l)
		return k.state().Fault
	}
	write("a.yaml", one("a.x", "kettle"))
	write("b.yaml", one("b.x", "kettle"))
	if fault := reload(); fault != "" || says("a.x") != "kettle" || says("b.x") != "kettle" {
		t.Fatalf("two good files: %s, %s, %q", says("a.x"), says("b.x"), fault)
	}
	write("a.yaml", one("a.x", "kettle")[:40]) // half written
	write("b.yaml", one("b.x", "toaster"))
	write("c.yaml", one("c.x", "teapot"))
	fault := reload()
	if says("a.x") != "kettle" || says("b.x") != "toaster" || says("c.x") != heron.Unknown {
		t.Errorf("one as it was, one as it is, one left out: %s, %s, %s", says("a.x"), says("b.x"), says("c.x"))
	}
	if !strings.HasPrefix(fault, "a.yaml: line 1: ") || !strings.Contains(fault, "\nc.yaml: line 1: c.x: type ") {
		t.Errorf("told: %q", fault)
	}
	if k, err = newKnowledge(dir, slog.New(slog.DiscardHandler)); err != nil || says("a.x") != heron.Unknown || says("b.x") != "toaster" || k.state().Fault != fault {
		t.Errorf("at a start: %s, %s, %q, %v", says("a.x"), says("b.x"), k.state().Fault, err)
	}
	for _, name := range []string{"a.yaml", "c.yaml"} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	if fault := reload(); fault != "" || says("a.x") != heron.Unknown || says("b.x") != "toaster" {
		t.Errorf("without them: %s, %s, %q", says("a.x"), says("b.x"), fault)
	}
}

func TestWithoutItsFolderOfSignaturesNothingStarts(t *testing.T) {
	t.Parallel()
	conf := testConfig(t.TempDir())
	conf.Signatures = filepath.Join(t.TempDir(), "none")
	if err := Run(t.Context(), Options{Config: conf}); err == nil || !strings.Contains(err.Error(), conf.Signatures) {
		t.Error(err)
	}
}
