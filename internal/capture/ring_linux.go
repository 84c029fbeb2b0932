package capture

import (
	"encoding/binary"
	"fmt"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/heron-iot/heron"
)

// Sizes of the ring. A frame must fit into a block.
const (
	ringBlock      = 1 << 20
	ringFrame      = 2 << 10
	ringMinBlocks  = 4
	vlanTag        = 4
	retireAfter    = 50 // milliseconds until a block that is not full is given
	etherAddresses = 12
	// linkAddress is where the sockaddr_ll lies behind a frame's header, and
	// packetType its type in there.
	linkAddress = 48
	packetType  = linkAddress + 10
)

// ring is memory shared with the kernel, in blocks of frames. A block is ours
// from when the kernel marks it until we mark it back.
type ring struct {
	mem   []byte
	block int // the one that is read
	held  bool
	left  int // frames left in it
	off   int // of the next frame, in mem
}

// open makes the ring and maps it.
func (g *ring) open(fd, size int) error {
	blocks := max(size/ringBlock, ringMinBlocks)
	req := unix.TpacketReq3{
		Block_size: ringBlock, Block_nr: uint32(blocks),
		Frame_size: ringFrame, Frame_nr: uint32(blocks * ringBlock / ringFrame),
		Retire_blk_tov: retireAfter,
	}
	if err := unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_VERSION, unix.TPACKET_V3); err != nil {
		return fmt.Errorf("choose TPACKET_V3: %w", err)
	}
	// Room before each frame, to put a VLAN tag back that the kernel took off.
	if err := unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_RESERVE, vlanTag); err != nil {
		return fmt.Errorf("reserve room for VLAN tags: %w", err)
	}
	if err := unix.SetsockoptTpacketReq3(fd, unix.SOL_PACKET, unix.PACKET_RX_RING, &req); err != nil {
		return fmt.Errorf("make a ring of %d MiB: %w", blocks, err)
	}
	mem, err := unix.Mmap(fd, 0, blocks*ringBlock, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return fmt.Errorf("map the ring: %w", err)
	}
	g.mem = mem
	return nil
}

// blockHeader is struct tpacket_block_desc with version 1 of its header.
type blockHeader struct {
	version, private uint32
	unix.TpacketHdrV1
}

func (g *ring) header() *blockHeader {
	return (*blockHeader)(unsafe.Pointer(&g.mem[g.block*ringBlock]))
}

// next fills p with the next frame, and reports whether there is one. It hands
// back the block of the frames before when the last of them was given.
func (g *ring) next(p *heron.Packet, echoes bool) bool {
	for !g.more(p, echoes) {
		if !g.turn() {
			return false
		}
	}
	return true
}

// more is next for a frame of the block at hand, so that those before it stay
// valid.
func (g *ring) more(p *heron.Packet, echoes bool) bool {
	for g.left > 0 {
		h := (*unix.Tpacket3Hdr)(unsafe.Pointer(&g.mem[g.off]))
		at := g.off
		g.left--
		g.off += int(h.Next_offset)
		if echoes && g.mem[at+packetType] == unix.PACKET_OUTGOING {
			continue
		}
		from := at + int(h.Mac)
		data := g.mem[from : from+int(h.Snaplen) : from+int(h.Snaplen)]
		orig := int(h.Len)
		if h.Status&unix.TP_STATUS_VLAN_VALID != 0 && len(data) >= etherAddresses {
			data = g.retag(from, h)
			orig += vlanTag
		}
		*p = heron.Packet{
			Time: heron.Time(h.Sec)*heron.Second + heron.Time(h.Nsec/1000),
			Data: data, OrigLen: max(orig, len(data)),
		}
		return true
	}
	return false
}

// turn goes on to the next block, when the kernel has filled it.
func (g *ring) turn() bool {
	if g.held {
		atomic.StoreUint32(&g.header().Block_status, unix.TP_STATUS_KERNEL)
		g.held = false
		g.block = (g.block + 1) % (len(g.mem) / ringBlock)
	}
	h := g.header()
	if atomic.LoadUint32(&h.Block_status)&unix.TP_STATUS_USER == 0 {
		return false
	}
	g.held = true
	g.left = int(h.Num_pkts)
	g.off = g.block*ringBlock + int(h.Offset_to_first_pkt)
	return g.left > 0 || g.turn()
}

// retag puts the VLAN tag back behind the addresses, which move into the
// reserved room.
func (g *ring) retag(from int, h *unix.Tpacket3Hdr) []byte {
	tpid := uint16(unix.ETH_P_8021Q)
	if h.Status&unix.TP_STATUS_VLAN_TPID_VALID != 0 {
		tpid = h.Hv1.Vlan_tpid
	}
	end := from + int(h.Snaplen)
	from -= vlanTag
	data := g.mem[from:end:end]
	copy(data, data[vlanTag:vlanTag+etherAddresses])
	binary.BigEndian.PutUint16(data[etherAddresses:], tpid)
	binary.BigEndian.PutUint16(data[etherAddresses+2:], uint16(h.Hv1.Vlan_tci))
	return data
}
