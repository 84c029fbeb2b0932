package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/httpapi"
	"github.com/heron-iot/heron/internal/identify"
	"github.com/heron-iot/heron/internal/inventory"
)

// knowledge is what devices are identified with, which may be exchanged while
// others use it: the embedded signatures, and those of the user's folder on top.
type knowledge struct {
	dir string // "" for none
	log *slog.Logger
	now atomic.Pointer[identify.Identifier]

	mu    sync.Mutex
	seen  string // the folder's state when it was last read
	since heron.Time
	fault string // why the folder's state is not what is used, "" when it is
}

var _ identifier = (*knowledge)(nil)

// loadSignatures returns the embedded signatures with those of a folder on top,
// alone where that is "".
func loadSignatures(dir string) (*identify.Identifier, error) {
	if dir == "" {
		return identify.New()
	}
	id, err := identify.Over(os.DirFS(dir))
	if err != nil {
		return nil, heron.Errorf(heron.ErrorCode(err), "signatures of %s: %s", dir, heron.ErrorMessage(err))
	}
	return id, nil
}

// newKnowledge loads signatures. A folder may be empty, but not be faulty.
func newKnowledge(dir string, log *slog.Logger) (*knowledge, error) {
	k := &knowledge{dir: dir, log: log}
	id, err := k.load()
	if err != nil {
		return nil, err
	}
	k.use(id)
	return k, nil
}

// load reads the folder as it is now.
func (k *knowledge) load() (*identify.Identifier, error) {
	k.mu.Lock()
	k.seen = folderState(k.dir)
	empty := k.seen == ""
	k.mu.Unlock()
	if empty {
		if _, err := os.Stat(k.dir); k.dir != "" && err != nil {
			return nil, heron.Errorf(heron.CodeNotFound, "signatures: the folder %s cannot be read", k.dir)
		}
		return identify.New()
	}
	return loadSignatures(k.dir)
}

// use exchanges the signatures.
func (k *knowledge) use(id *identify.Identifier) {
	k.now.Store(id)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.since, k.fault = wallClock(), ""
}

// refuse notes that what the folder holds cannot be used.
func (k *knowledge) refuse(err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.fault = heron.ErrorMessage(err)
}

// changed reports whether the folder is other than when it was last read.
func (k *knowledge) changed() bool {
	now := folderState(k.dir)
	k.mu.Lock()
	defer k.mu.Unlock()
	return now != k.seen
}

// folderState names the signature files of a folder, their sizes and times; "" for none.
func folderState(dir string) string {
	if dir == "" {
		return ""
	}
	names, err := fs.Glob(os.DirFS(dir), "*.yaml")
	if err != nil {
		return ""
	}
	var b strings.Builder
	for _, name := range names {
		if i, err := fs.Stat(os.DirFS(dir), name); err == nil {
			fmt.Fprintf(&b, "%q %d %d\n", name, i.Size(), i.ModTime().UnixNano())
		}
	}
	return b.String()
}

// state tells what is in use.
func (k *knowledge) state() httpapi.Signatures {
	k.mu.Lock()
	defer k.mu.Unlock()
	s := httpapi.Signatures{Folder: k.dir, Since: k.since, Fault: k.fault}
	id := k.now.Load()
	s.Digest = id.Digest()
	for _, p := range id.Packs() {
		s.Packs = append(s.Packs, httpapi.SignaturePack(p))
	}
	return s
}

// Correct implements identifier.
func (k *knowledge) Correct(obs []heron.Observation, said []heron.Correction) heron.Identification {
	return k.now.Load().Correct(obs, said)
}

// Weigh implements identifier.
func (k *knowledge) Weigh(obs []heron.Observation, said []heron.Correction, more []heron.Evidence) heron.Identification {
	return k.now.Load().Weigh(obs, said, more)
}

// Reads implements identifier.
func (k *knowledge) Reads(key, value string) bool { return k.now.Load().Reads(key, value) }

// Settles implements identifier.
func (k *knowledge) Settles(obs []heron.Observation, said []heron.Correction) []heron.Settle {
	return k.now.Load().Settles(obs, said)
}

// Signatures implements httpapi.Knowledge.
func (p *Platform) Signatures() httpapi.Signatures { return p.knowledge.state() }

// ReloadSignatures implements httpapi.Knowledge. All devices are identified anew,
// and either all of this happens or nothing.
func (p *Platform) ReloadSignatures(ctx context.Context) (*httpapi.Signatures, error) {
	p.reloading.Lock()
	defer p.reloading.Unlock()
	id, err := p.knowledge.load()
	if err != nil {
		p.knowledge.refuse(err)
		return nil, err
	}
	switch {
	case id.Digest() == p.knowledge.now.Load().Digest(), p.conf.Role == "web":
		p.knowledge.use(id)
	default:
		if err := p.core.learn(ctx, func() { p.knowledge.use(id) }); err != nil {
			return nil, err
		}
	}
	s := p.knowledge.state()
	return &s, nil
}

// signaturesEvery is how often the user's folder is looked at.
const signaturesEvery = 3 * time.Second

// watchSignatures reloads the user's folder when it changes, and when it is told to.
func (p *Platform) watchSignatures(ctx context.Context) error {
	tick := time.NewTicker(signaturesEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			if !p.knowledge.changed() {
				continue
			}
		case <-p.opt.Reload:
		}
		s, err := p.ReloadSignatures(ctx)
		switch {
		case errors.Is(err, context.Canceled):
			return nil
		case err != nil:
			p.log.Error("signatures are refused; those in use stay", "error", err)
		default:
			p.log.Info("signatures are loaded", "packs", len(s.Packs), "digest", s.Digest)
		}
	}
}

// learn exchanges what devices are identified with and identifies them anew. Who ends in
// the midst of it does so again at the next start.
func (c *core) learn(ctx context.Context, exchange func()) error {
	if err := c.store.PutSetting(ctx, settingSignatures, "being exchanged"); err != nil {
		return err
	}
	_, err := c.edit(ctx, func(a *analyzer, now heron.Time) (inventory.Delta, error) {
		exchange()
		return a.inventory.Rebuild(now), nil
	})
	if err != nil {
		return err
	}
	return c.store.PutSetting(ctx, settingSignatures, c.digest())
}

// settingSignatures is the setting that names the signatures with which the
// stored devices were identified.
const settingSignatures = "identify.signatures"

// relearn identifies the devices anew that were loaded, where that was last done
// with other signatures.
func (c *core) relearn(ctx context.Context, a *analyzer) error {
	had, err := c.store.GetSetting(ctx, settingSignatures)
	if err != nil || had == c.digest() {
		return err
	}
	if d := a.inventory.Rebuild(wallClock()); had != "" || len(d.Devices) > 0 {
		if err := c.keep(ctx, a, d); err != nil {
			return err
		}
	}
	return c.store.PutSetting(ctx, settingSignatures, c.digest())
}
