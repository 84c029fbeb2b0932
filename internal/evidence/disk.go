package evidence

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/heron-iot/heron"
)

// Endings of the two files of a segment.
const (
	segmentEnd = ".pcap"
	indexEnd   = ".idx"
)

// segment is one file of the ring.
type segment struct {
	path        string
	seq         uint64
	size        int64 // of the segment
	extra       int64 // of its index
	first, last heron.Time
}

func (s *segment) index() string { return strings.TrimSuffix(s.path, segmentEnd) + indexEnd }

// disk is the segments, oldest first. The last one is written while file is set.
type disk struct {
	dir string

	mu     sync.Mutex
	list   []*segment
	file   *appender
	link   heron.LinkType
	blocks []block // of the segment that is written
	total  int64
	next   uint64
}

// recover lists what is there. What is no segment is left alone.
func (d *disk) recover(dir string) error {
	d.dir, d.next = dir, 1
	names, err := os.ReadDir(dir)
	if err != nil {
		return heron.Errorf(heron.CodeInvalid, "folder of the ring of packets: %v", err)
	}
	for _, e := range names {
		seq, err := strconv.ParseUint(strings.TrimSuffix(e.Name(), segmentEnd), 10, 64)
		if err != nil || !strings.HasSuffix(e.Name(), segmentEnd) || !e.Type().IsRegular() {
			continue
		}
		s := &segment{path: filepath.Join(dir, e.Name()), seq: seq}
		if err := s.measure(); err != nil {
			return heron.Errorf(heron.CodeInvalid, "ring of packets: %v", err)
		}
		d.list = append(d.list, s)
		d.next = max(d.next, seq+1)
	}
	slices.SortFunc(d.list, func(a, b *segment) int { return int(int64(a.seq) - int64(b.seq)) })
	for _, s := range d.list {
		d.total += s.size + s.extra
	}
	return nil
}

// measure reads size and times of a segment of an earlier run.
func (s *segment) measure() error {
	info, err := os.Stat(s.path)
	if err != nil {
		return err
	}
	s.size = info.Size()
	blocks, err := loadIndex(s)
	if err != nil {
		return err
	}
	s.span(blocks)
	if info, err := os.Stat(s.index()); err == nil {
		s.extra = info.Size()
	}
	return nil
}

// span takes the times of the blocks.
func (s *segment) span(blocks []block) {
	for i := range blocks {
		if s.first == 0 || blocks[i].first < s.first {
			s.first = blocks[i].first
		}
		s.last = max(s.last, blocks[i].last)
	}
}

// segmentSize is how long a segment of a ring grows: sixteen make a ring, so
// that what goes at once is a small part of it.
func segmentSize(limit int64) int64 { return min(max(limit/16, 512<<10), 64<<20) }

// put appends a buffer, in a new segment where the last is full or of another
// link type, and makes room for it first. In a burst more are waiting.
func (d *disk) put(b *buffer, limit int64, burst bool) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.file != nil && (d.link != b.link || d.current().size+int64(len(b.data)) > segmentSize(limit)) {
		if err := d.finishLocked(); err != nil {
			return err
		}
	}
	if err := d.makeRoomLocked(limit - int64(len(b.data)) - blockEntry); err != nil {
		return err
	}
	if d.file == nil {
		if err := d.beginLocked(b.link); err != nil {
			return err
		}
	}
	s := d.current()
	if err := d.file.write(b.data, burst); err != nil {
		return errors.Join(fmt.Errorf("write packets: %w", err), d.giveUpLocked())
	}
	d.blocks, _ = noteAll(d.blocks, s.size, b.data, b.link)
	s.size += int64(len(b.data))
	d.total += int64(len(b.data))
	s.span(d.blocks[max(0, len(d.blocks)-3):]) // a buffer ends one block and begins two at most
	return nil
}

func (d *disk) current() *segment { return d.list[len(d.list)-1] }

func (d *disk) beginLocked(link heron.LinkType) error {
	s := &segment{path: filepath.Join(d.dir, fmt.Sprintf("%016d%s", d.next, segmentEnd)), seq: d.next, size: fileHeader}
	f, err := create(s.path, appendFileHeader(nil, link))
	if err != nil {
		return fmt.Errorf("begin a segment: %w", err)
	}
	d.next++
	d.file, d.link, d.blocks = f, link, nil
	d.list = append(d.list, s)
	d.total += s.size
	return nil
}

// finishLocked ends the segment that is written, and stores its index.
func (d *disk) finishLocked() error {
	s, f, blocks := d.current(), d.file, d.blocks
	d.file, d.blocks = nil, nil
	if err := f.close(); err != nil {
		return fmt.Errorf("end a segment: %w", err)
	}
	if err := storeIndex(s, blocks); err != nil {
		return fmt.Errorf("index of a segment: %w", err)
	}
	s.extra = int64(len(indexMagic) + 12 + len(blocks)*blockEntry)
	d.total += s.extra
	return nil
}

// settle lets whoever reads the segment that is written find all that was put.
func (d *disk) settle() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.settleLocked()
}

func (d *disk) settleLocked() error {
	if d.file == nil {
		return nil
	}
	if err := d.file.settle(); err != nil {
		return errors.Join(fmt.Errorf("write packets: %w", err), d.giveUpLocked())
	}
	return nil
}

// giveUpLocked ends a segment of which a write failed: what is whole in it stays.
func (d *disk) giveUpLocked() error {
	s := d.current()
	size, err := d.file.rescue(s.size)
	d.total += size - s.size
	s.size = size
	d.blocks = cutBlocks(d.blocks, size)
	return errors.Join(err, d.finishLocked())
}

// makeRoomLocked removes the oldest segments until at most limit bytes are left.
func (d *disk) makeRoomLocked(limit int64) error {
	for d.total > limit && len(d.list) > 0 {
		s := d.list[0]
		if d.file != nil && len(d.list) == 1 {
			if err := d.finishLocked(); err != nil {
				return err
			}
		}
		for _, path := range []string{s.index(), s.path} {
			if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
				return fmt.Errorf("remove an old segment: %w", err)
			}
		}
		d.total -= s.size + s.extra
		d.list = d.list[1:]
	}
	return nil
}

// size returns the bytes on disk and the time of the oldest packet.
func (d *disk) size() (int64, heron.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.list) == 0 {
		return d.total, 0
	}
	return d.total, d.list[0].first
}

func (d *disk) close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.file == nil {
		return nil
	}
	return d.finishLocked()
}
