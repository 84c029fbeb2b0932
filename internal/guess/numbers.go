package guess

import (
	"math"
	"net/netip"
	"strconv"

	"github.com/heron-iot/heron"
)

// What the profile of a device tells in numbers: shares and ratios, which do
// not depend on for how long it was watched, and how much it does in a busy
// minute. A device without a profile has zeroes.
const (
	numBusyOut    = iota                    // bytes sent in a minute with traffic, as a power of two
	numBusyIn                               // bytes received, the same
	numSizeOut                              // mean size of a packet sent, as a power of two
	numSizeIn                               // of one received
	numBytesOut                             // share of the bytes that it sent
	numPacketsOut                           // share of the packets
	numClient                               // share of the flows that it began
	numSecret                               // share of the bytes that is encrypted, of those whose protocol tells
	numClear                                // share of all bytes that is in clear
	numTold                                 // share of all bytes whose protocol tells
	numFlows                                // packets in a flow, as a power of two
	numPeers                                // peers, as a power of two
	numNear                                 // share of the peers that are in private networks
	numTop                                  // share of the bytes that is of the busiest peer
	numNearBytes                            // share of the bytes that is of peers of the site
	numUsed                                 // services that it used
	numOffered                              // services that it offered
	numPeak                                 // the busiest minute against the mean one, as a power of two
	numNight                                // how evenly the traffic spreads over the day
	numTLS                                  // flows of TLS that it began, as a power of two
	numNTP                                  // the same of NTP
	numOther                                // the same of protocols that nobody knows
	numMany                                 // distinct ports that it used, as a power of two
	numQuiet                                // bytes sent in a minute with traffic to peers that never answer, as a power of two
	numLargestOut                           // bytes sent in a flow, of the peer to which that is most, as a power of two
	numLargestIn                            // bytes received in one, the same
	numFlowOut                              // bytes sent in a flow with any peer that answers, the same
	numFlowIn                               // bytes received in one
	numExchange                             // bytes sent and received in a flow, of each of the busiest peers, as powers of two
	numSizes      = numExchange + 2*busiest // shares of the packets by size, sent, then received
	numGaps       = numSizes + 2*heron.FlowBuckets
	numbers       = numGaps + 2*heron.FlowBuckets
)

const (
	busiest        = 3  // peers that count by themselves
	fewPackets     = 4  // with fewer, shares say nothing
	hoursThatCount = 12 // with fewer, the hours were not watched
)

// numberNames are how numbers are called where they are reasons.
var numberNames = [numExchange]string{
	"profile.bytes_out", "profile.bytes_in", "profile.size_out", "profile.size_in", "profile.share_out", "profile.packets_out",
	"profile.client_flows", "profile.encrypted", "profile.clear", "profile.told", "profile.flow_length", "profile.peers",
	"profile.local_peers", "profile.top_peer", "profile.local_bytes", "profile.services_used", "profile.services_offered", "profile.peak",
	"profile.hours", "profile.tls_flows", "profile.ntp_flows", "profile.unknown_flows", "profile.ports_used", "profile.unanswered",
	"profile.largest_flow_out", "profile.largest_flow_in", "profile.flow_out", "profile.flow_in",
}

func numberName(i int) string {
	switch {
	case i < numExchange:
		return numberNames[i]
	case i < numSizes:
		return "profile.exchange"
	case i < numSizes+heron.FlowBuckets:
		return "profile.sizes_out"
	case i < numGaps:
		return "profile.sizes_in"
	case i < numGaps+heron.FlowBuckets:
		return "profile.gaps_out"
	}
	return "profile.gaps_in"
}

// isShare reports whether a number is a part of a whole.
func isShare(i int) bool {
	switch i {
	case numBytesOut, numPacketsOut, numClient, numSecret, numClear, numTold, numNear, numTop, numNearBytes, numNight:
		return true
	}
	return i >= numSizes
}

// showNumber is a number as people read it.
func showNumber(i int, v float32) string {
	switch {
	case isShare(i):
		return strconv.Itoa(int(math.Round(100*float64(v)))) + " %"
	case i == numUsed, i == numOffered:
		return strconv.Itoa(int(v))
	}
	return strconv.FormatFloat(math.Round(math.Exp2(float64(v))-1), 'f', 0, 64)
}

// numbersOf fills out, of length numbers, from a profile.
func numbersOf(b *heron.Baseline, out []float32) {
	clear(out)
	if b == nil || b.Traffic.PacketsOut+b.Traffic.PacketsIn < fewPackets {
		return
	}
	t := &b.Traffic
	sum := t.BytesOut + t.BytesIn
	out[numSizeOut] = power(t.BytesOut, t.PacketsOut)
	out[numSizeIn] = power(t.BytesIn, t.PacketsIn)
	out[numBytesOut] = share(t.BytesOut, sum)
	out[numPacketsOut] = share(t.PacketsOut, t.PacketsOut+t.PacketsIn)
	out[numClient] = share(t.ClientFlows, t.ClientFlows+t.ServerFlows)
	out[numSecret] = share(t.BytesEncrypted, t.BytesEncrypted+t.BytesClear)
	out[numClear] = share(t.BytesClear, sum)
	out[numTold] = share(t.BytesEncrypted+t.BytesClear, sum)
	out[numFlows] = power(t.PacketsOut+t.PacketsIn, t.ClientFlows+t.ServerFlows)
	out[numUsed], out[numOffered] = float32(len(t.Used)), float32(len(t.Offered))
	minutes(b, out)
	peers(b, sum, out)
	exchanges(b, out[numExchange:])
	services(t, out)
	histogram(&t.SizesOut, out[numSizes:])
	histogram(&t.SizesIn, out[numSizes+heron.FlowBuckets:])
	histogram(&t.GapsOut, out[numGaps:])
	histogram(&t.GapsIn, out[numGaps+heron.FlowBuckets:])
}

// minutes tells what the device does in a minute with traffic.
func minutes(b *heron.Baseline, out []float32) {
	n := windows(b)
	out[numBusyOut] = power(b.Traffic.BytesOut, n)
	out[numBusyIn] = power(b.Traffic.BytesIn, n)
	mean := float64(b.Traffic.BytesOut) / float64(n)
	out[numPeak] = float32(math.Log2((1 + max(mean, b.Features["bytes_out"].Max)) / (1 + mean)))
	hours, entropy := 0, 0.0
	for _, h := range b.Hours {
		if h > 0 {
			hours++
			entropy -= h * math.Log2(h)
		}
	}
	if hours >= hoursThatCount {
		out[numNight] = float32(entropy / math.Log2(24))
	}
}

// windows is how many minutes had traffic. The open one is not counted yet.
func windows(b *heron.Baseline) uint64 { return max(1, b.Features["bytes_out"].Windows+1) }

// peers tells with whom the device talks, and of how much.
func peers(b *heron.Baseline, sum uint64, out []float32) {
	var near, nearBytes, top, quiet, sent, received, flows uint64
	for i := range b.Peers {
		p := &b.Peers[i]
		bytes := p.BytesOut + p.BytesIn
		top = max(top, bytes)
		if isNear(p.Address) {
			near++
			nearBytes += bytes
		}
		if p.BytesIn == 0 {
			quiet += p.BytesOut
		} else {
			sent, received, flows = sent+p.BytesOut, received+p.BytesIn, flows+p.Flows
		}
		out[numLargestOut] = max(out[numLargestOut], power(p.BytesOut, p.Flows))
		out[numLargestIn] = max(out[numLargestIn], power(p.BytesIn, p.Flows))
	}
	out[numPeers] = float32(math.Log2(1 + float64(len(b.Peers))))
	out[numNear] = share(near, uint64(len(b.Peers)))
	out[numTop] = share(top, sum)
	out[numNearBytes] = share(nearBytes, sum)
	out[numQuiet] = power(quiet, windows(b))
	out[numFlowOut], out[numFlowIn] = power(sent, flows), power(received, flows)
}

// exchanges tells how much a flow with each of the busiest peers carries.
func exchanges(b *heron.Baseline, out []float32) {
	for i := range b.Peers[:min(busiest, len(b.Peers))] {
		p := &b.Peers[i]
		out[2*i], out[2*i+1] = power(p.BytesOut, p.Flows), power(p.BytesIn, p.Flows)
	}
}

// services tells what the device asks others for.
func services(t *heron.Traffic, out []float32) {
	var tls, ntp, other, ports uint64
	for i := range t.Used {
		u := &t.Used[i]
		switch u.Protocol {
		case "tls":
			tls += u.Flows
		case "ntp":
			ntp += u.Flows
		case "":
			other += u.Flows
		}
		if u.Port != 0 {
			ports++
		}
	}
	for i, n := range [...]uint64{tls, ntp, other, ports} {
		out[numTLS+i] = power(n, 1)
	}
}

// isNear reports whether an address is of a private network.
func isNear(address string) bool {
	ip, err := netip.ParseAddr(address)
	return err == nil && (ip.IsPrivate() || ip.IsLinkLocalUnicast())
}

// share is a part of a whole, 0 of nothing.
func share(part, whole uint64) float32 {
	if whole == 0 {
		return 0
	}
	return float32(min(1, float64(part)/float64(whole)))
}

// power is a mean as a power of two, 0 for none.
func power(sum, count uint64) float32 {
	if count == 0 {
		return 0
	}
	return float32(math.Log2(1 + float64(sum)/float64(count)))
}

// histogram fills out with the shares of the classes.
func histogram(of *[heron.FlowBuckets]uint32, out []float32) {
	sum := uint64(0)
	for _, n := range of {
		sum += uint64(n)
	}
	for i, n := range of {
		out[i] = share(uint64(n), sum)
	}
}
