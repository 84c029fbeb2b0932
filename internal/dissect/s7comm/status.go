package s7comm

import (
	"bytes"
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/s7"
	"github.com/heron-iot/heron/internal/wire"
)

// Parts of the system status list, by the low byte of their number: the rest
// tells which extract of them was asked for.
const (
	partModules    = 0x11
	partComponents = 0x1c
	partModes      = 0x24
	partProtection = 0x32
)

// status tells what a part of the system status list says of the controller.
func (d *dissector) status(l *s7.List, m *heron.Message, out dissect.Emitter) {
	about := m.Sender()
	if l.Size < 4 {
		return
	}
	for r := wire.NewReader(l.Records); r.Len() >= l.Size; {
		record := r.Sub(l.Size)
		index := record.U16()
		switch l.ID & 0xff {
		case partModules:
			d.module(index, &record, about, out)
		case partComponents:
			text := wire.UntilZero(record.Rest())
			if key := componentKey(index); key != "" {
				out.Observe(about, key, bytes.TrimSpace(text))
			}
		case partModes:
			record.Skip(1)
			if mode := record.U8(); record.Err() == nil {
				out.ObserveString(about, "s7.szl.mode", modeName(mode&0xf))
			}
		case partProtection:
			record.Skip(4) // the key switch, and the level that is configured
			if level := record.U16(); index == 4 && record.Err() == nil && level <= 4 {
				out.Observe(about, "s7.szl.protection", d.text.Number(level))
			}
		}
	}
}

// module reads a record of the module identification: an order number, and a
// version whose form depends on what the record is about.
func (d *dissector) module(index int, r *wire.Reader, about heron.Subject, out dissect.Emitter) {
	order := wire.Unpad(r.Bytes(20))
	r.Skip(2) // type of the module
	sign, major, minor, patch := r.U8(), r.U8(), r.U8(), r.U8()
	switch index {
	case 1:
		out.Observe(about, "s7.szl.order_number", order)
	case 6:
		out.Observe(about, "s7.szl.hardware", order)
	case 7:
		if r.Err() == nil && sign == 'V' {
			d.text = append(d.text[:0], 'V')
			d.text = strconv.AppendInt(d.text, int64(major), 10)
			d.text = strconv.AppendInt(append(d.text, '.'), int64(minor), 10)
			d.text = strconv.AppendInt(append(d.text, '.'), int64(patch), 10)
			out.Observe(about, "s7.szl.firmware", d.text)
		}
	}
}

// componentKey names a record of the component identification. Those that are
// left out say nothing of the product: the copyright, and what is reserved.
func componentKey(index int) string {
	switch index {
	case 1:
		return "s7.szl.system_name"
	case 2:
		return "s7.szl.module_name"
	case 3:
		return "s7.szl.plant"
	case 5:
		return "s7.szl.serial"
	case 7:
		return "s7.szl.module_type"
	case 8:
		return "s7.szl.memory_card"
	case 10:
		return "s7.szl.oem"
	case 11:
		return "s7.szl.location"
	}
	return ""
}

// modeName names the mode that a controller went to last.
func modeName(mode int) string {
	switch mode {
	case 1, 2, 3, 4:
		return "stop"
	case 5, 6, 7:
		return "startup"
	case 8, 9:
		return "run"
	case 10:
		return "hold"
	}
	return "other"
}
