package lab

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"net/netip"

	"github.com/heron-iot/heron/internal/wire"
)

// What lamps, plugs and purifiers answer to the app of their maker.

// wizService tells its configuration (WiZ local UDP protocol, as its public descriptions
// have it); of other methods it says that there are none.
func wizService(module string) Service {
	return datagrams("wiz", 38899, func(h *Host, b []byte) []byte {
		switch {
		case !bytes.HasPrefix(b, []byte(`{"`)):
			return nil
		case bytes.Contains(b, []byte(`"getSystemConfig"`)):
			return []byte(h.fill(`{"method":"getSystemConfig","env":"pro","result":{"mac":"`) + h.Serial +
				h.fill(`","homeId":653906,"roomId":989983,"rgn":"eu","moduleName":"`+module+`","fwVersion":"{fw}","groupId":0,"ping":0}}`))
		}
		return []byte(`{"env":"pro","error":{"code":-32601,"message":"Method not found"}}`)
	})
}

// miioService answers a hello with its number and how long it has been up, and hides its
// token as devices do that an app has taken (Xiaomi Mi Home Binary Protocol, as its
// public descriptions have it). What is under the token it leaves.
func miioService() Service {
	const size = 32
	return datagrams("miio", 54321, func(h *Host, b []byte) []byte {
		hello := append([]byte{0x21, 0x31, 0, size}, bytes.Repeat([]byte{0xff}, size-4)...)
		if !bytes.Equal(b, hello) {
			return nil
		}
		out := append([]byte{0x21, 0x31, 0, size, 0, 0, 0, 0, 3}, h.MAC[3:]...)
		out = append(out, 0, 0, 0x10, h.MAC[5])
		return append(out, bytes.Repeat([]byte{0xff}, 16)...)
	})
}

// lifxService is a lamp's own protocol (LIFX LAN Protocol): service, firmware, label and
// version may be asked.
func lifxService(product uint32, major, minor uint16, label string) Service {
	const headSize, protocol = 36, 0x1400
	return datagrams("lifx", 56700, func(h *Host, b []byte) []byte {
		r := wire.NewReader(b)
		size, frame := r.U16LE(), r.U16LE()
		source := r.Bytes(4)
		r.Skip(15)
		sequence := r.U8()
		r.Skip(8)
		kind := r.U16LE()
		if r.Err() != nil || size != len(b) || size < headSize || frame&0xfff != 1024 {
			return nil
		}
		var body []byte
		switch kind {
		case 2: // service: UDP, its port
			body = binary.LittleEndian.AppendUint32([]byte{1}, 56700)
		case 14: // firmware: built when, version
			body = binary.LittleEndian.AppendUint16(make([]byte, 16), minor)
			body = binary.LittleEndian.AppendUint16(body, major)
		case 23:
			body = padded(label, 32, 0)
		case 32: // vendor, product
			body = binary.LittleEndian.AppendUint32([]byte{1, 0, 0, 0}, product)
			body = append(body, 0, 0, 0, 0)
		default:
			return nil
		}
		out := binary.LittleEndian.AppendUint16(nil, uint16(headSize+len(body)))
		out = append(binary.LittleEndian.AppendUint16(out, protocol), source...)
		out = append(append(out, h.MAC[:]...), make([]byte, 2+6+1)...)
		out = append(append(out, byte(sequence)), make([]byte, 8)...)
		out = binary.LittleEndian.AppendUint16(out, uint16(kind+1))
		return append(append(out, 0, 0), body...)
	})
}

// tapoService answers the search for devices that speak KLAP (TP-Link Discovery Protocol,
// as its public descriptions have it): a header with a checksum, and JSON.
func tapoService(kind, model, hardware string) Service {
	const headSize, placeholder = 16, 0x5a6b7c8d
	sum := func(b []byte) uint32 {
		x := bytes.Clone(b)
		binary.BigEndian.PutUint32(x[12:], placeholder)
		return crc32.ChecksumIEEE(x)
	}
	return datagrams("tdp", 20002, func(h *Host, b []byte) []byte {
		if len(b) < headSize || b[0] != 2 || b[3] != 1 || binary.BigEndian.Uint32(b[12:]) != sum(b) {
			return nil
		}
		text := h.fill(`{"result":{"device_id":"{sn}0001","owner":"{sn}0002","device_type":"`+kind+`","device_model":"`+model+`","ip":"{ip}","mac":"`) +
			dashed(h.MAC[:]) + `","is_support_iot_cloud":true,"obd_src":"tplink","factory_default":false,"mgt_encrypt_schm":{"is_support_https":false,"encrypt_type":"KLAP","http_port":80,"lv":2},"hw_ver":"` + hardware + `"},"error_code":0}`
		out := binary.BigEndian.AppendUint16([]byte{2, 0, 0, 1}, uint16(len(text)))
		out = append(append(out, 0x11, 0), h.MAC[2:]...)
		out = append(append(out, 0, 0, 0, 0), text...)
		binary.BigEndian.PutUint32(out[12:], sum(out))
		return out
	})
}

// dashed is an address as TP-Link writes it.
func dashed(mac []byte) string {
	const digits = "0123456789ABCDEF"
	b := make([]byte, 0, 3*len(mac))
	for i, v := range mac {
		if i > 0 {
			b = append(b, '-')
		}
		b = append(b, digits[v>>4], digits[v&15])
	}
	return string(b)
}

// Ports of the local protocol of Govee (Govee WLAN Guide): a search goes to a group, and
// is answered at the second, from where it comes.
const (
	goveeSearchPort = 4001
	goveeAnswerPort = 4002
)

// goveeService answers searches.
func goveeService(sku string) Service {
	s := datagrams("govee", goveeSearchPort, func(h *Host, b []byte) []byte {
		if !bytes.HasPrefix(b, []byte(`{"msg":{`)) || !bytes.Contains(b, []byte(`"scan"`)) {
			return nil
		}
		return []byte(h.fill(`{"msg":{"cmd":"scan","data":{"ip":"{ip}","device":"1F:80:{MAC}","sku":"` + sku +
			`","bleVersionHard":"3.01.01","bleVersionSoft":"1.03.01","wifiVersionHard":"1.00.10","wifiVersionSoft":"{fw}"}}}`))
	})
	s.Groups = append(s.Groups, ssdpGroup.Addr())
	return s
}

// goveeSearch is the app that looks for them.
func goveeSearch(a *actor) {
	a.say(datagram{
		from: a.host, src: netip.AddrPortFrom(netip.Addr{}, goveeAnswerPort), to: netip.AddrPortFrom(ssdpGroup.Addr(), goveeSearchPort),
		payload: []byte(`{"msg":{"cmd":"scan","data":{"account_topic":"reserve"}}}`),
	})
}
