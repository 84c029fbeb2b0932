package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
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
	fault string         // why the folder's state is not what is used, "" when it is
	good  identify.Files // what is used of the folder
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

// newKnowledge loads signatures. A folder must be there, but may be empty, and a
// faulty file is left out: a slip in one keeps nobody from watching.
func newKnowledge(dir string, log *slog.Logger) (*knowledge, error) {
	k := &knowledge{dir: dir, log: log}
	l, err := k.load()
	if err != nil {
		return nil, err
	}
	k.use(l)
	if l.fault != "" {
		log.Error("signatures are left out", "folder", dir, "error", l.fault)
	}
	return k, nil
}

// loaded is what a folder of signatures gave.
type loaded struct {
	id    *identify.Identifier
	good  identify.Files
	fault string // what is wrong with other files, "" for nothing
}

// load reads the folder as it is now. Of a file with a fault, what it held when it was
// last good stands in for it, if it ever was.
func (k *knowledge) load() (*loaded, error) {
	if k.dir == "" {
		id, err := identify.New()
		return &loaded{id: id}, err
	}
	k.mu.Lock()
	k.seen = folderState(k.dir)
	before := k.good
	k.mu.Unlock()
	files, faults, err := identify.ReadFiles(os.DirFS(k.dir))
	if err != nil {
		return nil, heron.Errorf(heron.CodeNotFound, "signatures: the folder %s cannot be read", k.dir)
	}
	replace := func(found identify.Faults) {
		for name := range found {
			was, ok := before[name]
			if now, had := files[name]; ok && (!had || !bytes.Equal(was, now)) {
				files[name] = was
			} else {
				delete(files, name)
			}
		}
	}
	replace(faults)
	for len(files) > 0 {
		id, found, err := identify.OverFiles(files)
		if err != nil || len(found) == 0 {
			return &loaded{id, files, faults.String()}, err
		}
		replace(found) // each file once by what it was, and then by nothing
		for name, fault := range found {
			if len(faults[name]) == 0 {
				faults[name] = fault
			}
		}
	}
	id, err := identify.New()
	return &loaded{id: id, fault: faults.String()}, err
}

// use exchanges the signatures.
func (k *knowledge) use(l *loaded) {
	k.now.Store(l.id)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.since, k.good, k.fault = wallClock(), l.good, l.fault
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

// folderState names what a folder holds, with sizes and times; "" for nothing.
func folderState(dir string) string {
	if dir == "" {
		return ""
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err.Error()
	}
	var b strings.Builder
	for _, e := range entries {
		fmt.Fprintf(&b, "%q", e.Name())
		if i, err := os.Stat(filepath.Join(dir, e.Name())); err == nil { // of what a link leads to
			fmt.Fprintf(&b, " %d %d", i.Size(), i.ModTime().UnixNano())
		}
		b.WriteByte('\n')
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

// ReloadSignatures implements httpapi.Knowledge. All devices are identified anew, with
// what is good of the folder; what is not is the error.
func (p *Platform) ReloadSignatures(ctx context.Context) (*httpapi.Signatures, error) {
	p.reloading.Lock()
	defer p.reloading.Unlock()
	l, err := p.knowledge.load()
	if err != nil {
		p.knowledge.refuse(err)
		return nil, err
	}
	switch {
	case l.id.Digest() == p.knowledge.now.Load().Digest(), p.conf.Role == "web":
		p.knowledge.use(l)
	default:
		if err := p.core.learn(ctx, func() { p.knowledge.use(l) }); err != nil {
			return nil, err
		}
	}
	if l.fault != "" {
		return nil, heron.Errorf(heron.CodeInvalid, "signatures of %s: %s", p.conf.Signatures, l.fault)
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
			p.log.Error("signatures are faulty; what was good of them stays in use", "error", err)
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
