package lab

import (
	"fmt"
	"net/netip"

	"github.com/heron-iot/heron/internal/proto/websocket"
)

// charges connects a charging station to who runs it, by OCPP 1.6 over WebSocket
// in clear, as stations of a house come set up: it says what it is, that nobody
// charges, and what its meter has.
func charges(server, vendor, model string) func(*actor) {
	return func(a *actor) {
		h := a.host
		key := random(a.rng, 4)
		says := func(text string) line {
			return line{true, websocket.Append(nil, websocket.Text, key, []byte(h.fill(text)))}
		}
		hears := func(text string) line {
			return line{false, websocket.Append(nil, websocket.Text, nil, []byte(text))}
		}
		a.talk(conversation{
			from: h, to: netip.AddrPortFrom(a.resolve(server), 80),
			script: []line{
				{true, []byte(h.fill("GET /ocpp/{SHORT} HTTP/1.1\r\nHost: " + server + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
					"Sec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\nSec-WebSocket-Protocol: ocpp1.6\r\nSec-WebSocket-Version: 13\r\n\r\n"))},
				{false, []byte("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
					"Sec-WebSocket-Accept: HSmrc0sMlYUkAGmm5OPpG2HaGWk=\r\nSec-WebSocket-Protocol: ocpp1.6\r\n\r\n")},
				says(`[2,"1","BootNotification",{"chargePointVendor":"` + vendor + `","chargePointModel":"` + model +
					`","chargePointSerialNumber":"{SHORT}","firmwareVersion":"{fw}"}]`),
				hears(`[3,"1",{"status":"Accepted","currentTime":"2026-01-05T08:00:00Z","interval":300}]`),
				says(`[2,"2","StatusNotification",{"connectorId":1,"errorCode":"NoError","status":"Available"}]`), hears(`[3,"2",{}]`),
				says(fmt.Sprintf(`[2,"3","MeterValues",{"connectorId":1,"meterValue":[{"timestamp":"2026-01-05T08:00:00Z","sampledValue":[{"value":"%d"}]}]}]`,
					a.rng.IntN(100_000))), hears(`[3,"3",{}]`),
			},
		})
	}
}
