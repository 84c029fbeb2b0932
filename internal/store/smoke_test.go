package store_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/audit"
	"github.com/heron-iot/heron/internal/store"
)

func TestSmoke(t *testing.T) {
	ctx := t.Context()
	db, err := store.Open(ctx, "sqlite:"+t.TempDir()+"/h.db", store.Options{AuditHash: audit.Hash})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	ok, err := db.ApplyBatch(ctx, &heron.BatchResult{Batch: &heron.Batch{SensorID: "s"}, Devices: []heron.Device{{ID: "a"}, {ID: "b", Name: "x"}},
		Alerts: []heron.Alert{{ID: "al", DeviceID: "a"}}})
	if !ok || err != nil {
		t.Fatal(ok, err)
	}
	l, err := db.ListDevices(ctx, heron.DeviceFilter{}, heron.Page{Limit: 1, Sort: "-name"})
	t.Logf("%+v %v", l, err)
	l, err = db.ListDevices(ctx, heron.DeviceFilter{}, heron.Page{Limit: 1, Sort: "-name", Cursor: l.Next})
	t.Logf("%+v %v", l, err)
	o, err := db.Overview(ctx, 1)
	t.Logf("%+v %v", o, err)
	ms, old, err := db.LiveSince(ctx, 0, 10)
	t.Log(len(ms), old, err)
}
