package app

import (
	"slices"
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	dissectall "github.com/heron-iot/heron/internal/dissect/all"
	"github.com/heron-iot/heron/internal/flow"
)

// worker follows a share of a source's flows: those of the hosts that it is
// given, whole. One goroutine uses it.
type worker struct {
	table      *flow.Table
	dispatcher *dissect.Dispatcher
	collector  *dissect.Collector
	share      share
	phase      uint64
	value      []byte   // re-used to build values
	out, spare *harvest // the one that grows, and the one before
	pieces     pieces   // of the flows of the one that grows
}

// share says which of several workers one is.
type share struct{ number, of uint32 }

// harvest is what a worker learned between two cuts.
type harvest struct {
	facts  *dissect.Round
	flows  []heron.Flow
	places []uint64 // where the reports on flows come from: a packet, or one of those below
	layers []heron.ProtocolCount
	stats  heron.Stats // since the worker began
}

// Reports on flows come in this order: flows that timers ended, flows that
// packets ended, flows that changed, and flows that the end of the source ended.
// A place is one of these phases, and the place of the packet within it.
const (
	phaseTimer  = 0
	phasePacket = 1 << 61
	phaseChange = 2 << 61
	phaseEnd    = 3 << 61
)

// newWorker returns a worker with a table of at most maxFlows flows (0: the
// default) whose facts go to memory.
func newWorker(memory *dissect.Memory, maxFlows int, of share) *worker {
	w := &worker{share: of, collector: dissect.NewCollector(memory), out: &harvest{}, spare: &harvest{}}
	w.dispatcher = dissect.NewDispatcher(dissectall.Protocols(), w.collector)
	w.table = flow.New(flow.Config{MaxFlows: maxFlows, ServerPort: w.dispatcher.ServerPort, ProtocolName: w.dispatcher.ProtocolName}, w)
	return w
}

// Message hands payload to the dissectors. It implements flow.Sink.
func (w *worker) Message(m *heron.Message) heron.Verdict { return w.dispatcher.Message(m) }

// Quiet reports that a message tells nothing. It implements flow.Listener.
func (w *worker) Quiet(f *heron.FlowScratch, payload []byte, fromClient bool) bool {
	return w.dispatcher.Quiet(f, payload, fromClient)
}

// Sighting tells that an address was in use. It implements flow.Sink.
func (w *worker) Sighting(e heron.Endpoint, at heron.Time) { w.collector.Sighting(e, at) }

// Direct tells that no router stands before an address. It implements flow.Sink.
func (w *worker) Direct(e heron.Endpoint, ttl uint8, at heron.Time) {
	w.value = strconv.AppendUint(w.value[:0], uint64(ttl), 10)
	w.collector.Fact(heron.Subject{Endpoint: e}, at, "ip", heron.KeyDirect, w.value)
}

// Handshake tells what a TCP stack gives away of its system. It implements flow.Sink.
func (w *worker) Handshake(h *flow.Handshake) {
	key := heron.KeyTCPSyn
	if h.Answer {
		key = heron.KeyTCPSynAck
	}
	about := heron.Subject{Endpoint: h.Sender}
	w.value = w.table.AppendSignature(w.value[:0], h)
	w.collector.Fact(about, h.Time, "tcp", key, w.value)
	w.value = strconv.AppendUint(w.value[:0], uint64(h.TTL), 10)
	w.collector.Fact(about, h.Time, "ip", heron.KeyTTL, w.value)
}

// FlowRoom is where the next report is kept. It implements flow.Keeper.
func (w *worker) FlowRoom() *heron.Flow {
	n := len(w.out.flows)
	if n == cap(w.out.flows) {
		w.out.flows = w.pieces.after(w.out.flows)
		n = len(w.out.flows)
	}
	w.out.flows = w.out.flows[:n+1]
	return &w.out.flows[n]
}

// Flow keeps a report, which is in its room. It implements flow.Sink.
func (w *worker) Flow(f *heron.Flow) {
	f.Number = f.Number*w.share.of + w.share.number
	w.out.places = append(w.out.places, w.phase|w.table.Place())
}

// packet takes the packet with that place in its source.
func (w *worker) packet(p *heron.Packet, place uint64) {
	w.at(phasePacket, place)
	w.table.Packet(p)
	for _, r := range w.collector.Records() {
		w.table.Export(&r)
	}
}

// quote takes an ICMP error in a packet of another worker for a flow of this one.
func (w *worker) quote(p *heron.Packet, place uint64) {
	w.at(phasePacket, place)
	w.table.Quote(p)
}

// at says where what follows comes from.
func (w *worker) at(phase, place uint64) {
	w.phase = phase
	w.table.SetPlace(place)
	w.collector.Place(place)
}

// tick tells the traffic time, with which the first packet after a cut came,
// to whichever worker; it runs the timers.
func (w *worker) tick(at heron.Time) {
	w.at(phaseTimer, 0)
	w.collector.Tick(at)
	w.table.Advance(at)
}

// cut returns what was learned since the last cut. It is valid until the next;
// whoever gets it may exchange the flows for other room.
func (w *worker) cut() *harvest {
	if w.phase != phaseEnd {
		w.phase = phaseChange
		w.table.Report()
	}
	h := w.out
	h.flows = w.pieces.join(h.flows)
	h.facts = w.collector.Cut()
	h.layers = w.dispatcher.AppendFrames(w.table.AppendLayers(h.layers[:0]))
	w.table.StatsTo(&h.stats)
	h.stats.Panics = w.dispatcher.Faults()
	h.stats.Malformed += w.dispatcher.Malformed()
	w.out, w.spare = w.spare, h
	w.out.flows, w.out.places = w.out.flows[:0], w.out.places[:0]
	return h
}

// finish ends all flows.
func (w *worker) finish() {
	w.at(phaseEnd, 0)
	w.out.flows = slices.Grow(w.out.flows, w.table.Len()) // at once: they are moved less
	w.table.Flush()
}
