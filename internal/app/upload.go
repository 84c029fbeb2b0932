package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/capture"
)

// Upload implements httpapi.Backend: the file is kept under a name of ours,
// read in the background through the same pipeline as live traffic, and
// removed when it was read.
func (p *Platform) Upload(ctx context.Context, actor, name string, body io.Reader) (*heron.Upload, error) {
	u := &heron.Upload{ID: heron.NewID(), Name: filepath.Base(name), State: "waiting", By: actor, Created: wallClock()}
	dir := filepath.Join(p.conf.Data, "uploads")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("folder for uploads: %w", err)
	}
	path := filepath.Join(dir, u.ID)
	n, err := writeFile(path, body)
	if err != nil {
		_ = os.Remove(path)
		return nil, err
	}
	u.Bytes = n
	if err := p.store.PutUpload(ctx, u); err != nil {
		_ = os.Remove(path)
		return nil, err
	}
	queued := *u
	p.group.Go(func() error { return p.readUpload(&queued, path) })
	return u, nil
}

func writeFile(path string, body io.Reader) (int64, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return 0, err
	}
	n, err := io.Copy(f, body)
	return n, errors.Join(err, f.Close())
}

// readUpload reads one file at a time: captures of one site must not mix.
func (p *Platform) readUpload(u *heron.Upload, path string) error {
	defer os.Remove(path)
	p.uploading.Lock()
	defer p.uploading.Unlock()
	if p.ctx.Err() != nil {
		return nil
	}
	u.State = "reading"
	p.tellUpload(u)
	if err := p.feed(u, path); err != nil {
		u.State, u.Error = "failed", heron.ErrorMessage(err)
		p.log.Warn("upload failed", "upload", u.ID, "error", err)
	} else {
		u.State, u.Done = "done", u.Bytes
	}
	u.Devices = p.foundBy(u)
	u.Ended = wallClock()
	p.tellUpload(u)
	return nil
}

// A capture holds as many seconds of traffic as it likes: what they changed is
// written together, as often as people look and no more.
const (
	writeEvery = heron.Second / 2
	maxWaiting = 500 // batches
)

// feed reads the file and applies its batches at once: it is acknowledged only
// when all of it is in the store.
func (p *Platform) feed(u *heron.Upload, path string) error {
	src, err := capture.Open([]string{path})
	if err != nil {
		return nameUpload(err, path, u.Name)
	}
	defer src.Close()
	var damage error
	var waiting []*heron.Batch
	told := wallClock()
	emit := func(b *heron.Batch) error {
		if err := p.ctx.Err(); err != nil {
			return heron.Errorf(heron.CodeUnavailable, "the server stopped while it read the file; give it again")
		}
		u.Packets = b.Stats.Packets
		u.Done = min(int64(b.Stats.Bytes), u.Bytes)
		waiting = append(waiting, b)
		now := wallClock()
		if now < told+writeEvery && len(waiting) < maxWaiting && !b.Last {
			return nil
		}
		told = now
		p.tellUpload(u)
		err := p.core.applyAll(p.ctx, waiting)
		waiting = nil
		return err
	}
	pipe := newPipeline(pipelineConfig{
		site: p.conf.Site, sensor: uploadSensor(u), local: p.conf.Prefixes(), table: readTable, emit: emit,
	})
	pipe.epoch = u.ID
	err = pipe.run(src, func(err error) { damage = nameUpload(err, path, u.Name) })
	if err == nil && u.Packets == 0 && damage != nil {
		return damage
	}
	if damage != nil {
		u.Error = heron.ErrorMessage(damage)
	}
	return err
}

// uploadSensor is what an upload is called where devices name who saw them.
func uploadSensor(u *heron.Upload) string { return "upload-" + u.ID }

// foundBy counts the devices of our networks that an upload showed.
func (p *Platform) foundBy(u *heron.Upload) int {
	local := true
	f := heron.DeviceFilter{Sensors: []string{uploadSensor(u)}, Local: &local}
	list, err := p.store.ListDevices(context.WithoutCancel(p.ctx), f, heron.Page{Limit: 1})
	if err != nil {
		p.log.Error("count what an upload showed", "upload", u.ID, "error", err)
	}
	return list.Total
}

// nameUpload tells a fault with the name that the user knows.
func nameUpload(err error, path, name string) error {
	if f, ok := errors.AsType[*capture.FileError](err); ok {
		return heron.Errorf(heron.CodeInvalid, "%s", strings.ReplaceAll(f.Error(), path, name))
	}
	return err
}

func (p *Platform) tellUpload(u *heron.Upload) {
	if err := p.store.PutUpload(context.WithoutCancel(p.ctx), u); err != nil {
		p.log.Error("keep upload", "upload", u.ID, "error", err)
	}
}
