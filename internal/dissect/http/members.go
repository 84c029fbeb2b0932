package http

import (
	"bytes"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/jsonscan"
)

// asked says whether a request is for what devices are known to answer with a
// description of themselves.
type asked uint8

const (
	askedOther asked = iota
	askedXML         // some description in XML, whatever type it is sent as
	askedJSON        // one in JSON
)

// askedFor knows the paths of descriptions, without their queries.
func askedFor(target []byte) asked {
	path, query, _ := bytes.Cut(target, []byte("?"))
	switch string(path) {
	case "/setup/eureka_info", // Google Cast
		"/api/config", "/api/0/config", "/api/nouser/config", // Hue
		"/shelly", "/json/info", // Shelly, WLED
		"/api/v2/", // Samsung's televisions
		"/YamahaExtendedControl/v1/system/getDeviceInfo",
		"/elgato/accessory-info", "/system", // Elgato, Philips' televisions
		"/axis-cgi/basicdeviceinfo.cgi":
		return askedJSON
	case "/query/device-info", "/ISAPI/System/deviceInfo", "/description.xml", "/setup.xml", "/rootDesc.xml",
		"/xml/device_description.xml", "/dd.xml", "/DeviceDescription.xml":
		return askedXML
	}
	if bytes.Contains(query, []byte("action=getInfo")) { // Spotify Connect
		return askedJSON
	}
	return askedOther
}

// members tells what a JSON document says of the device that it comes from, when
// it is the answer to a question for that.
func (d *dissector) members(body []byte, a asked, whole bool, m *heron.Message, out dissect.Emitter) bool {
	if a != askedJSON {
		return true
	}
	s := jsonscan.New(body)
	for ok := true; ok; {
		_, ok = s.Next()
	}
	if !whole && !s.Whole() {
		return false
	}
	about := heron.Subject{Endpoint: m.Src}
	s = jsonscan.New(body)
	for v, ok := s.Next(); ok; v, ok = s.Next() {
		if v.Kind != jsonscan.String || v.Depth > 1 && !itself(v.Parent, v.Depth) {
			continue
		}
		if key := keyMember(v.Key); key != "" {
			d.text = jsonscan.Append(d.text[:0], v.Raw)
			out.Observe(about, key, d.text)
		}
	}
	return true
}

// itself reports whether a member holds the description of the device, that deep.
func itself(name []byte, depth int) bool {
	switch string(name) {
	case "device", "device_info", "build_info", "info":
		return depth == 2
	case "propertyList": // Axis, in the data of an answer
		return depth == 3
	}
	return false
}

// keyMember returns the key for a member; "" for those that say nothing.
func keyMember(name []byte) string {
	switch string(name) {
	case "model", "modelid", "model_name", "modelName", "modelDisplayName", "product_name", "productName", "ProdNbr":
		return "http.device.model"
	case "manufacturer", "manufacturername", "brand", "brandDisplayName", "Brand":
		return "http.device.vendor"
	case "type", "app", "deviceType", "product", "ProdType":
		return "http.device.type"
	case "fw", "fw_id", "ver", "swversion", "softwareVersion", "build_version", "cast_build_revision",
		"firmwareVersion", "softwareversion", "Version":
		return "http.device.firmware"
	case "mac", "mac_address", "wifiMac", "macAddress":
		return "http.device.mac"
	case "serialNumber", "serial", "serialnumber", "SerialNumber":
		return "http.device.serial"
	case "bridgeid", "id", "deviceID", "ssdp_udn", "device_id":
		return "http.device.id"
	case "name", "remoteName", "displayName":
		return "http.device.name"
	case "nettvversion":
		return "http.device.nettv"
	}
	return ""
}
