package http

import (
	"bytes"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/http1"
)

// Keys of what is said when a connection becomes WebSocket.
const (
	keyWebSocket   = "http.websocket"    // sub-protocols that are offered, or the one that is chosen
	keyChargePoint = "ocpp.charge_point" // by which name a charging station is known to who runs it
)

// maxChargePoint is the longest name of a charging station (OCPP 2.0.1 part 4, §3.1.1).
const maxChargePoint = 48

// asksWebSocket tells what a client wants to speak in WebSocket (RFC 6455 §4.1). A
// charging station has its own name at the end of the path (OCPP 1.6-J §3.1.1).
func asksWebSocket(h *http1.Head, m *heron.Message, out dissect.Emitter) {
	m.Flow.Data[atRelayed] = 0
	if h.Relayed() {
		m.Flow.Data[atRelayed] = 1
		return
	}
	protocol := h.Get("Sec-WebSocket-Protocol")
	out.Observe(m.Sender(), keyWebSocket, protocol)
	if !bytes.HasPrefix(protocol, []byte("ocpp")) {
		return
	}
	path := http1.Path(h.Target)
	if at := bytes.LastIndexByte(path, '/'); at >= 0 && len(path)-at-1 <= maxChargePoint {
		out.Observe(m.Sender(), keyChargePoint, path[at+1:])
	}
}

// opensWebSocket reports whether what follows a head is WebSocket (RFC 6455 §4.2.2).
func opensWebSocket(h *http1.Head) bool {
	return h.Status == 101 && http1.Is(h.Get("Upgrade"), "websocket")
}
