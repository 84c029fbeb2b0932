package store_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/audit"
	"github.com/heron-iot/heron/internal/store"
	"github.com/heron-iot/heron/internal/store/storetest"
)

// childEnv holds the database URL for the process that is to be killed.
const childEnv = "HERON_TEST_STORE_CHILD"

// child applies batch after batch and says each time that it is stored.
func child() int {
	ctx := context.Background()
	db, err := store.Open(ctx, os.Getenv(childEnv), store.Options{AuditHash: audit.Hash})
	if err != nil {
		fmt.Println("error", err)
		return 1
	}
	for i := uint64(1); ; i++ {
		applied, err := db.ApplyBatch(ctx, result(i))
		if err != nil {
			fmt.Println("error", err)
			return 1
		}
		fmt.Println(i, applied)
	}
}

// result is batch i: one device of its own, one that all share, one change.
func result(i uint64) *heron.BatchResult {
	own := heron.Device{ID: fmt.Sprintf("d%05d", i), SiteID: "s"}
	shared := heron.Device{ID: "shared", SiteID: "s", Name: fmt.Sprint(i)}
	return &heron.BatchResult{
		Batch: &heron.Batch{SensorID: "s1", Epoch: "e", Seq: i}, Devices: []heron.Device{own, shared},
		Changes: []heron.DeviceChange{{DeviceID: "shared", Summary: fmt.Sprint(i)}},
	}
}

func TestKilledProcessLosesNothingAcknowledged(t *testing.T) {
	t.Parallel()
	for name, newURL := range map[string]func(testing.TB) string{
		"sqlite":   storetest.SQLite,
		"postgres": postgres,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := newURL(t)
			var acknowledged uint64
			for kill := range 5 {
				acknowledged = max(acknowledged, runAndKill(t, url, acknowledged+uint64(10+7*kill)))
			}
			verify(t, url, acknowledged)
		})
	}
}

// runAndKill lets a child acknowledge batches up to some number, kills it in
// the middle of its work, and returns the last number it acknowledged.
func runAndKill(t *testing.T, url string, until uint64) (last uint64) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+url)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	killed := false
	for lines := bufio.NewScanner(out); lines.Scan(); {
		number, _, _ := strings.Cut(lines.Text(), " ")
		n, err := strconv.ParseUint(number, 10, 64)
		if err != nil {
			t.Errorf("child says %q", lines.Text())
			break
		}
		last = n
		if last >= until && !killed {
			killed = true
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = cmd.Wait() // killed
	return last
}

func verify(t *testing.T, url string, acknowledged uint64) {
	t.Helper()
	ctx := t.Context()
	db, err := store.Open(ctx, url, store.Options{AuditHash: audit.Hash})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Check(ctx); err != nil {
		t.Fatal(err)
	}
	for i := uint64(1); i <= acknowledged; i++ {
		if applied, err := db.ApplyBatch(ctx, result(i)); applied || err != nil {
			t.Fatalf("batch %d of %d acknowledged was lost (%v)", i, acknowledged, err)
		}
		if _, err := db.GetDevice(ctx, fmt.Sprintf("d%05d", i)); err != nil {
			t.Fatal(err)
		}
	}
	// Each batch left its change once: never half, never twice.
	devices, err := db.ListDevices(ctx, heron.DeviceFilter{}, heron.Page{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	changes, err := db.ListDeviceChanges(ctx, "shared", heron.Page{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	if devices.Total-1 != changes.Total || uint64(changes.Total) < acknowledged || uint64(changes.Total) > acknowledged+1 {
		t.Fatalf("%d batches acknowledged, %d devices, %d changes", acknowledged, devices.Total-1, changes.Total)
	}
}
