package lab

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/netip"
	"strings"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/wire"
)

// Discovery and control protocols that one vendor speaks.

// mndpAnnounce is the router's neighbour discovery (MikroTik, UDP 5678): pairs
// of type and length before each value.
func mndpAnnounce(a *actor) {
	h := a.host
	b := binary.BigEndian.AppendUint32(nil, 0)
	for _, v := range []struct {
		kind uint16
		data string
	}{
		{1, string(h.MAC[:])},
		{5, h.hostname()},
		{7, h.fill("{fw} (stable)")},
		{8, h.Model.Vendor},
		{11, h.fill("{SHORT}")},
		{12, "RB760iGS"},
		{16, "bridge"},
	} {
		b = appendText(binary.BigEndian.AppendUint16(b, v.kind), v.data)
	}
	a.say(datagram{from: h, src: addrPort(h, 5678), to: netip.AddrPortFrom(localBcast, 5678), payload: b})
}

// ubiquitiInfo is the discovery message of Ubiquiti (UDP 10001): type and
// length before each value.
func ubiquitiInfo(h *Host) []byte {
	var b []byte
	for _, v := range []struct {
		kind byte
		data string
	}{
		{0x02, string(h.MAC[:]) + string(h.Here.AsSlice())},
		{0x01, string(h.MAC[:])},
		{0x0b, h.hostname()},
		{0x0c, "U7LT"},
		{0x03, h.fill("BZ.qca956x.v{fw}")},
		{0x14, "UAP-AC-Lite"},
	} {
		b = append(b, v.kind)
		b = appendText(b, v.data)
	}
	return appendVector16([]byte{1, 0}, b)
}

const ubiquitiPort = 10001

func ubiquitiService() Service {
	return Service{
		Protocol: "ubdp", Transport: heron.UDP, Port: ubiquitiPort,
		Groups: []netip.Addr{localBcast},
		Answer: func(h *Host, q Query) Reply {
			if !bytes.Equal(q.Bytes, []byte{1, 0, 0, 0}) {
				return Reply{}
			}
			return Reply{Used: len(q.Bytes), Bytes: ubiquitiInfo(h)}
		},
	}
}

func ubiquitiAnnounce(a *actor) {
	a.say(datagram{
		from: a.host, src: addrPort(a.host, ubiquitiPort),
		to: netip.AddrPortFrom(localBcast, ubiquitiPort), payload: ubiquitiInfo(a.host),
	})
}

// dahuaService is the vendor's own protocol on port 37777: a header of 32
// bytes with the length of what follows; a login is refused.
func dahuaService(model string) Service {
	return Service{
		Protocol: "dahua", Transport: heron.TCP, Port: 37777,
		Answer: func(_ *Host, q Query) Reply {
			r := wire.NewReader(q.Bytes)
			r.Skip(4)
			n := r.U32LE()
			if r.Err() != nil {
				return Reply{}
			}
			if n > maxHead {
				return Reply{Used: len(q.Bytes), Close: true}
			}
			if len(q.Bytes) < 32+n {
				return Reply{}
			}
			body := "Error:" + model + ":login"
			b := append([]byte{0xb0, 0, 0, 0x68}, make([]byte, 28)...)
			binary.LittleEndian.PutUint32(b[4:], uint32(len(body)))
			return Reply{Used: 32 + n, Bytes: append(b, body...)}
		},
	}
}

// kasaCipher is the vendor's autokey cipher: each byte is combined with the
// encrypted byte before it.
func kasaCipher(plain []byte) []byte {
	key := byte(171)
	out := make([]byte, 0, len(plain))
	for _, c := range plain {
		key ^= c
		out = append(out, key)
	}
	return out
}

// kasaServices answer get_sysinfo on port 9999 (TP-Link Smart Home Protocol): over TCP a
// length comes first.
func kasaServices() []Service {
	const about = `{"system":{"get_sysinfo":{"sw_ver":"{fw} Build 200727 Rel.121701","hw_ver":"1.0","model":"HS110(EU)","dev_name":"Smart Wi-Fi Plug With Energy Monitoring","alias":"Coffee","mac":"{MAC}","relay_state":1,"err_code":0}}}`
	return []Service{datagrams("tplink-smarthome", 9999, func(h *Host, b []byte) []byte {
		if !bytes.HasPrefix(b, kasaCipher([]byte(`{"system":`))) {
			return nil
		}
		return kasaCipher([]byte(h.fill(about)))
	}), {
		Protocol: "tplink-smarthome", Transport: heron.TCP, Port: 9999,
		Answer: func(h *Host, q Query) Reply {
			r := wire.NewReader(q.Bytes)
			n := r.U32()
			if r.Err() == nil && n > maxHead {
				return Reply{Used: len(q.Bytes), Close: true}
			}
			if r.Err() != nil || r.Len() < n {
				return Reply{}
			}
			body := kasaCipher([]byte(h.fill(about)))
			return Reply{Used: 4 + n, Bytes: append(binary.BigEndian.AppendUint32(nil, uint32(len(body))), body...)}
		},
	}}
}

// irobotService answers the discovery of robots (UDP 5678).
func irobotService() Service {
	return Service{
		Protocol: "irobot", Transport: heron.UDP, Port: 5678,
		Answer: func(h *Host, q Query) Reply {
			if string(q.Bytes) != "irobotmcs" {
				return Reply{}
			}
			return Reply{Used: len(q.Bytes), Bytes: []byte(h.fill(`{"ver":"3","hostname":"{host}","robotname":"Roomba","ip":"{ip}","mac":"{MAC}","sw":"{fw}","sku":"R980020","nc":0,"proto":"mqtt","cap":{"pose":1,"ota":2}}`))}
		},
	}
}

// yeelightService is the control protocol of lamps (TCP 55443): JSON by lines.
func yeelightService() Service {
	return Service{
		Protocol: "yeelight", Transport: heron.TCP, Port: 55443,
		Answer: func(_ *Host, q Query) Reply {
			line, used := takeLine(q.Bytes)
			if used == 0 {
				return Reply{}
			}
			id := "0"
			if _, rest, ok := strings.Cut(line, `"id":`); ok {
				id = strings.TrimSpace(rest[:min(len(rest), strings.IndexAny(rest+",", ",}"))])
			}
			return Reply{Used: used, Bytes: fmt.Appendf(nil, "{\"id\":%s,\"result\":[\"on\",\"100\"]}\r\n", id)}
		},
	}
}

// yeelightSearch answers the search for lamps (UDP 1982), which has the form of SSDP's.
func yeelightSearch() Service {
	return Service{
		Protocol: "ssdp", Transport: heron.UDP, Port: 1982, Groups: []netip.Addr{ssdpGroup.Addr()},
		Answer: func(h *Host, q Query) Reply {
			if !bytes.HasPrefix(q.Bytes, []byte("M-SEARCH ")) || !bytes.Contains(q.Bytes, []byte("ST: wifi_bulb")) {
				return Reply{}
			}
			return Reply{Used: len(q.Bytes), Bytes: []byte(h.fill("HTTP/1.1 200 OK\r\nCache-Control: max-age=3600\r\nExt: \r\n" +
				"Location: yeelight://{ip}:55443\r\nServer: POSIX UPnP/1.0 YGLC/1\r\nid: 0x0000000000{short}\r\nmodel: color\r\nfw_ver: {fw}\r\n" +
				"support: get_prop set_default set_power toggle set_bright\r\npower: on\r\nbright: 100\r\nname: \r\n"))}
		},
	}
}

// foxService is the hello of Niagara Fox (TCP 1911).
func foxService() Service {
	return Service{
		Protocol: "fox", Transport: heron.TCP, Port: 1911,
		Answer: func(h *Host, q Query) Reply {
			end := bytes.Index(q.Bytes, []byte("};;\n"))
			if end < 0 {
				return Reply{Used: overlong(q.Bytes)}
			}
			return Reply{Used: end + 4, Bytes: []byte(h.fill("fox a 0 -1 fox hello\n{\nfox.version=s:1.0.1\nid=i:1\nhostName=s:{host}\nhostAddress=s:{ip}\napp.name=s:Station\napp.version=s:{fw}\nvm.name=s:Java HotSpot(TM) Embedded Client VM\nos.name=s:QNX\nstation.name=s:Station_{SHORT}\nbrandId=s:vykon\nhostId=s:Qnx-TITAN-{SHORT}\n};;\n"))}
		},
	}
}

// hidService answers the discovery of door controllers (UDP 4070).
func hidService() Service {
	return Service{
		Protocol: "hid-discovery", Transport: heron.UDP, Port: 4070,
		Answer: func(h *Host, q Query) Reply {
			if !bytes.HasPrefix(q.Bytes, []byte("discover;")) {
				return Reply{}
			}
			return Reply{Used: len(q.Bytes), Bytes: []byte(h.fill("discovered;091;{MAC};{host};{ip};1;EVO-V2000;{fw};2018-01-04;"))}
		},
	}
}

// onvifService answers a WS-Discovery probe (ONVIF Core Specification §7.3).
func onvifService(maker, model string) Service {
	return Service{
		Protocol: "wsdd", Transport: heron.UDP, Port: 3702,
		Groups: []netip.Addr{wsdGroup.Addr()},
		Answer: func(h *Host, q Query) Reply {
			if !bytes.Contains(q.Bytes, []byte("discovery/Probe")) {
				return Reply{}
			}
			return Reply{Used: len(q.Bytes), Bytes: []byte(h.fill(`<?xml version="1.0" encoding="UTF-8"?><env:Envelope xmlns:env="http://www.w3.org/2003/05/soap-envelope" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" xmlns:wsa="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:dn="http://www.onvif.org/ver10/network/wsdl"><env:Header><wsa:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/ProbeMatches</wsa:Action></env:Header><env:Body><d:ProbeMatches><d:ProbeMatch><wsa:EndpointReference><wsa:Address>urn:uuid:{uuid}</wsa:Address></wsa:EndpointReference><d:Types>dn:NetworkVideoTransmitter</d:Types><d:Scopes>onvif://www.onvif.org/type/video_encoder onvif://www.onvif.org/hardware/` + model + ` onvif://www.onvif.org/name/` + maker + `%20` + model + `</d:Scopes><d:XAddrs>http://{ip}/onvif/device_service</d:XAddrs><d:MetadataVersion>10</d:MetadataVersion></d:ProbeMatch></d:ProbeMatches></env:Body></env:Envelope>`))}
		},
	}
}

// onvifInformation answers GetDeviceInformation to anybody, as recorders do that do not
// ask who wants to know (ONVIF Core Specification §8.3.1).
func onvifInformation(port uint16, maker, model string) Service {
	return httpService(port, web{server: "gSOAP/2.8", pages: map[string]page{"/onvif/device_service": {
		kind: "application/soap+xml; charset=utf-8",
		body: `<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:tds="http://www.onvif.org/ver10/device/wsdl"><s:Body>` +
			`<tds:GetDeviceInformationResponse><tds:Manufacturer>` + maker + `</tds:Manufacturer><tds:Model>` + model +
			`</tds:Model><tds:FirmwareVersion>{fw}</tds:FirmwareVersion><tds:SerialNumber>{sn}</tds:SerialNumber><tds:HardwareId>00001</tds:HardwareId></tds:GetDeviceInformationResponse></s:Body></s:Envelope>`,
	}}})
}

// onvifProbe looks for cameras, as a recorder does.
func onvifProbe(a *actor) {
	a.search(wsdGroup, fmt.Appendf(nil, `<?xml version="1.0" encoding="UTF-8"?><e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" xmlns:w="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" xmlns:dn="http://www.onvif.org/ver10/network/wsdl"><e:Header><w:MessageID>uuid:%08x-0000-4000-8000-%s</w:MessageID><w:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</w:To><w:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</w:Action></e:Header><e:Body><d:Probe><d:Types>dn:NetworkVideoTransmitter</d:Types></d:Probe></e:Body></e:Envelope>`, a.rng.Uint32(), a.host.Serial))
}
