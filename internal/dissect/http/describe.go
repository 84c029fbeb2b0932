package http

import (
	"bytes"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
)

// form is one of the ways in which devices describe themselves in XML.
type form uint8

const (
	formNone  form = iota
	formUPnP       // UPnP Device Architecture 2.0 §2.3
	formRoku       // External Control Protocol, /query/device-info
	formISAPI      // Hikvision's interface, /ISAPI/System/deviceInfo
	formBose       // SoundTouch Web API, /info
	formSOAP       // ONVIF Core §8.1.1, DPWS 1.1 §5.1 and §5.2
)

// formOf tells the form by the name of the outermost element.
func formOf(root []byte) form {
	switch string(local(root)) {
	case "root":
		return formUPnP
	case "device-info":
		return formRoku
	case "DeviceInfo":
		return formISAPI
	case "info":
		return formBose
	case "Envelope":
		return formSOAP
	}
	return formNone
}

// document tells what an XML document says of the device that it comes from, once
// it is whole.
func (d *dissector) document(body []byte, whole bool, m *heron.Message, out dissect.Emitter) bool {
	root := rootOf(body)
	f := formOf(root)
	if f == formNone {
		return whole || len(root) > 0
	}
	if !whole && !ends(body, root) {
		return false
	}
	if f == formUPnP { // devices nested in the root device are not it
		if i := bytes.Index(body, []byte("<deviceList")); i >= 0 {
			body = body[:i]
		}
	}
	if f == formSOAP && !describes(body) || f == formBose && !bytes.Contains(body, []byte("<info deviceID=")) {
		return true
	}
	about := heron.Subject{Endpoint: m.Src}
	for len(body) > 0 {
		var name, text []byte
		name, text, body = leaf(body)
		if key := keyOf(f, local(name)); key != "" {
			d.text = cleanText(d.text[:0], text)
			out.Observe(about, key, d.text)
		}
	}
	return true
}

// describes reports whether a SOAP message holds a description: few of them do.
func describes(body []byte) bool {
	for _, name := range [...]string{"GetDeviceInformationResponse", "ThisModel", "ThisDevice"} {
		if bytes.Contains(body, []byte(name)) {
			return true
		}
	}
	return false
}

// rootOf returns the name of the outermost element, nil when it is not there yet.
func rootOf(b []byte) []byte {
	for range 16 {
		_, rest, ok := bytes.Cut(b, []byte("<"))
		if !ok {
			return nil
		}
		tag, after, ok := bytes.Cut(rest, []byte(">"))
		if !ok {
			return nil
		}
		b = after
		if name := nameOf(tag); len(name) > 0 && name[0] != '?' && name[0] != '!' {
			return name
		}
	}
	return nil
}

// nameOf returns the name at the start of a tag.
func nameOf(tag []byte) []byte {
	if i := bytes.IndexAny(tag, " \t\r\n/"); i > 0 {
		return tag[:i]
	}
	return tag
}

// local cuts the prefix off a qualified name.
func local(name []byte) []byte {
	return name[bytes.LastIndexByte(name, ':')+1:]
}

// ends reports whether the end tag of an element is there.
func ends(b, name []byte) bool {
	for {
		_, rest, ok := bytes.Cut(b, []byte("</"))
		if !ok {
			return false
		}
		if bytes.HasPrefix(rest, name) && bytes.HasPrefix(rest[len(name):], []byte(">")) {
			return true
		}
		b = rest
	}
}

// leaf returns the next element that holds text alone, and what comes after it.
func leaf(b []byte) (name, text, rest []byte) {
	for {
		_, after, ok := bytes.Cut(b, []byte("<"))
		if !ok {
			return nil, nil, nil
		}
		tag, inner, ok := bytes.Cut(after, []byte(">"))
		if !ok {
			return nil, nil, nil
		}
		b = inner
		if len(tag) == 0 || tag[0] == '/' || tag[0] == '?' || tag[0] == '!' || tag[len(tag)-1] == '/' {
			continue
		}
		at := bytes.IndexByte(inner, '<')
		if at < 0 {
			return nil, nil, nil
		}
		if bytes.HasPrefix(inner[at:], []byte("</")) {
			return nameOf(tag), inner[:at], inner[at:]
		}
	}
}

// keyOf returns the key for an element; "" for those that say nothing.
func keyOf(f form, name []byte) string {
	switch f {
	case formUPnP:
		return keyUPnP(name)
	case formRoku:
		return keyRoku(name)
	case formISAPI:
		return keyISAPI(name)
	case formBose:
		return keyBose(name)
	case formSOAP:
		return keySOAP(name)
	}
	return ""
}

// keyUPnP: the standard's elements, and those that makers of speakers and bridges
// add.
func keyUPnP(name []byte) string {
	switch string(name) {
	case "deviceType":
		return "upnp.device_type"
	case "friendlyName":
		return "upnp.friendly_name"
	case "manufacturer":
		return "upnp.manufacturer"
	case "manufacturerURL":
		return "upnp.manufacturer_url"
	case "modelDescription":
		return "upnp.model_description"
	case "modelName":
		return "upnp.model_name"
	case "modelNumber":
		return "upnp.model_number"
	case "modelURL":
		return "upnp.model_url"
	case "serialNumber", "serialNum":
		return "upnp.serial_number"
	case "firmwareVersion":
		return "upnp.firmware_version"
	case "softwareVersion":
		return "upnp.software_version"
	case "hardwareVersion":
		return "upnp.hardware_version"
	case "roomName":
		return "upnp.room"
	case "UDN":
		return "upnp.udn"
	case "UPC":
		return "upnp.upc"
	case "macAddress":
		return "upnp.mac"
	}
	return ""
}

func keyRoku(name []byte) string {
	switch string(name) {
	case "vendor-name":
		return "http.device.vendor"
	case "model-name":
		return "http.device.model"
	case "model-number":
		return "http.device.model_number"
	case "serial-number":
		return "http.device.serial"
	case "user-device-name", "friendly-device-name":
		return "http.device.name"
	case "software-version":
		return "http.device.firmware"
	case "wifi-mac", "ethernet-mac":
		return "http.device.mac"
	case "udn":
		return "http.device.id"
	}
	return ""
}

func keyISAPI(name []byte) string {
	switch string(name) {
	case "deviceName":
		return "http.device.name"
	case "model":
		return "http.device.model"
	case "serialNumber":
		return "http.device.serial"
	case "macAddress":
		return "http.device.mac"
	case "firmwareVersion":
		return "http.device.firmware"
	case "deviceType":
		return "http.device.type"
	case "manufacturer":
		return "http.device.vendor"
	}
	return ""
}

func keyBose(name []byte) string {
	switch string(name) {
	case "name":
		return "http.device.name"
	case "type":
		return "http.device.model"
	case "softwareVersion":
		return "http.device.firmware"
	case "macAddress":
		return "http.device.mac"
	}
	return ""
}

// keySOAP: GetDeviceInformationResponse of ONVIF, and ThisModel and ThisDevice of
// DPWS, which share no names.
func keySOAP(name []byte) string {
	switch string(name) {
	case "Manufacturer":
		return "http.device.vendor"
	case "Model", "ModelName":
		return "http.device.model"
	case "ModelNumber":
		return "http.device.model_number"
	case "FirmwareVersion":
		return "http.device.firmware"
	case "SerialNumber":
		return "http.device.serial"
	case "HardwareId":
		return "http.device.hardware"
	case "FriendlyName":
		return "http.device.name"
	}
	return ""
}
