// Package capture reads frames: from capture files (pcap and pcapng, as they
// are or compressed with gzip or zstd), from standard input, from directories,
// and from a live interface.
//
// A Source gives one frame after another in a borrowed buffer and allocates
// nothing for it. Bytes of files are hostile: every length is checked before it
// is believed, and no length in a file makes the reader allocate more than a
// fixed amount. Damage is told as a *FileError that says where it is; what was
// read before it stands, and other files of the same source go on.
//
//	src, err := capture.Open([]string{"office.pcapng.gz", "plant/"})
//	var p heron.Packet
//	for {
//		err := src.Next(&p)
//		…
//	}
package capture

import (
	"github.com/heron-iot/heron"
)

// Source gives frames. Next, Stats and Close are for one goroutine, but that
// Close of a live source may be called from any.
type Source interface {
	// Next fills p with the next frame; p.Data is valid until the next call. The
	// error is io.EOF at the end, a *FileError for damage in a file (after which
	// Next may be called again, for the frames of other files), or what ended a
	// live capture.
	Next(p *heron.Packet) error
	// Stats counts what was read so far.
	Stats() Stats
	// Close gives back what the source holds.
	Close() error
}

// BlockSource is a Source that can give several frames at once.
type BlockSource interface {
	Source
	// NextBlock fills ps with the next frames, at least one and no more than are
	// there without waiting, and returns how many. All are valid until the next
	// call of it or of Next, whose errors it returns, and then no frame.
	NextBlock(ps []heron.Packet) (int, error)
}

// Stats counts what a source read.
type Stats struct {
	Packets uint64
	// Bytes is the length of the frames on the wire.
	Bytes uint64
	// KernelDrops are frames that a live capture had no room for.
	KernelDrops uint64
	// Damaged holds a *FileError for each damaged file, the first maxDamaged of them.
	Damaged []error
}

// maxDamaged bounds Stats.Damaged.
const maxDamaged = 100

// MaxFrame is the longest frame that is read, in bytes: the largest snapshot
// length that capture tools write.
const MaxFrame = 256 << 10
