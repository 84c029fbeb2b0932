package dicom

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of what made the images that somebody sends: a modality's are its own, an
// archive's those of many.
const (
	keyManufacturer = "dicom.equipment.manufacturer"
	keyModel        = "dicom.equipment.model"
	keyModality     = "dicom.equipment.modality" // CT, MR, US …
)

// Elements of a data set (PS3.6 §6), and of its sequences (PS3.5 §7.5).
const (
	groupImage          = 0x0008 // what an image is; the patient's is the next
	elementModality     = 0x0060
	elementManufacturer = 0x0070
	elementModel        = 0x1090

	groupItem       = 0xfffe
	elementEnd      = 0xe0dd // of a sequence
	undefinedLength = 0xffffffff
)

// equipment reads what made an image. That stands in the first group of a data
// set, before all that is of the patient; reading ends with the group.
func equipment(r *wire.Reader, sender heron.Subject, out dissect.Emitter) {
	for depth := 0; r.Len() > 0; {
		group, element := r.U16LE(), r.U16LE()
		length := lengthOf(r)
		switch {
		case group == groupItem:
			if element == elementEnd {
				depth = max(depth-1, 0)
			}
		case depth == 0 && group != groupImage:
			return
		case length == undefinedLength:
			depth++
		default:
			content := r.Sub(length)
			if depth > 0 || r.Err() != nil {
				continue
			}
			tell(element, wire.Unpad(content.Rest()), sender, out)
		}
	}
}

// tell tells one element, if it says what made the image.
func tell(element int, value []byte, sender heron.Subject, out dissect.Emitter) {
	if len(value) == 0 || !wire.Printable(value) {
		return
	}
	switch element {
	case elementModality:
		out.Observe(sender, keyModality, value)
	case elementManufacturer:
		out.Observe(sender, keyManufacturer, value)
	case elementModel:
		out.Observe(sender, keyModel, value)
	}
}

// lengthOf reads the length of an element. In the explicit form two letters for the
// kind of value stand before it (PS3.5 §7.1.2), in the implicit form nothing does
// (§7.1.3): a length that looks like two letters would be 16 KiB at least, which
// none is in the first group.
func lengthOf(r *wire.Reader) int {
	kind := r.Peek(2)
	if len(kind) < 2 || !upper(kind[0]) || !upper(kind[1]) {
		return r.U32LE()
	}
	switch string(r.Bytes(2)) {
	case "OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV":
		r.Skip(2)
		return r.U32LE()
	}
	return r.U16LE()
}

func upper(c byte) bool { return c >= 'A' && c <= 'Z' }
