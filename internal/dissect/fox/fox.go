// Package fox reads Niagara's Fox protocol in clear: which station or workbench
// speaks, on which system, in which version and under whose brand.
package fox

import (
	"bytes"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Messages are text: a line, then fields in braces.
const (
	start    = "fox "
	end      = "};;\n"
	maxLine  = 128
	maxField = 512
	maxHello = 4096
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	return dissect.Protocol{
		Name:    "fox",
		Over:    dissect.OverTCP,
		Ports:   []uint16{1911, 3011, 4911},
		Spec:    "Tridium, Niagara Framework: Fox protocol; its messages as text",
		Probe:   func(b []byte, _ bool) bool { return bytes.HasPrefix(b, []byte(start)) },
		Starts:  []byte{'f'},
		Dissect: read,
	}
}

// read reads the hello of each side, which tells all; what follows is counted.
func read(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	b := r.Peek(r.Len())
	if !wire.CanBegin(b, start) {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	line := r.Line(maxLine)
	if r.Err() != nil {
		if len(b) >= maxLine {
			return heron.Verdict{}, dissect.ErrNotMine
		}
		return heron.Verdict{}, nil
	}
	if bytes.Count(line, []byte{' '}) < 4 {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	whole := bytes.Index(b, []byte(end))
	if whole < 0 && len(b) < maxHello {
		return heron.Verdict{}, nil
	}
	verdict := heron.Verdict{Consumed: len(b), Done: true}
	if whole >= 0 {
		verdict = heron.Verdict{Consumed: whole + len(end), Done: !m.FromClient}
	}
	if bytes.HasSuffix(line, []byte(" hello")) {
		fields(r, m.Sender(), out)
	}
	if bytes.HasSuffix(line, []byte(" rejected")) {
		dissect.LoginFailed(out, "fox", "")
	}
	return verdict, nil
}

// fields tells the fields of a hello: a name, a type of one letter and a value.
func fields(r *wire.Reader, about heron.Subject, out dissect.Emitter) {
	for r.Len() > 0 {
		name, value, found := bytes.Cut(r.Line(maxField), []byte("="))
		_, value, typed := bytes.Cut(value, []byte(":"))
		if !found || !typed {
			continue
		}
		if key := keyOf(name); key != "" {
			out.Observe(about, key, value)
		}
		if string(name) == "hostName" && !dissect.IsAddress(value) {
			out.Observe(heron.Subject{Endpoint: about.Endpoint}, heron.KeyHostname, value)
		}
	}
}

// keyOf returns the key of a field, "" for those that are not told.
func keyOf(name []byte) string {
	switch string(name) {
	case "fox.version":
		return "fox.version"
	case "hostName":
		return "fox.host_name"
	case "hostAddress":
		return "fox.host_address"
	case "hostId":
		return "fox.host_id"
	case "app.name":
		return "fox.app_name"
	case "app.version":
		return "fox.app_version"
	case "vm.name":
		return "fox.vm_name"
	case "vm.version":
		return "fox.vm_version"
	case "os.name":
		return "fox.os_name"
	case "os.version":
		return "fox.os_version"
	case "station.name":
		return "fox.station_name"
	case "brandId":
		return "fox.brand_id"
	case "sysInfo":
		return "fox.sys_info"
	case "vmUuid":
		return "fox.vm_uuid"
	}
	return ""
}
