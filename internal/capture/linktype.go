package capture

import (
	"fmt"

	"github.com/heron-iot/heron"
)

// linkType maps numbers that stand for raw IP on some systems (pcap-linktype,
// DLT_RAW) to the one that files use.
func linkType(n int) heron.LinkType {
	if n == 12 || n == 14 {
		return heron.LinkRaw
	}
	return heron.LinkType(n)
}

// foreignFrames tells that frames are of a kind that nothing after us could
// read. Without it such a capture would look like a quiet network.
func foreignFrames(offset int64, link heron.LinkType) error {
	return &damage{offset: offset, what: fmt.Sprintf("frames of link type %d%s are not known", link, linkName(link)), hint: hintLink}
}

// linkName names, in brackets, what people capture by mistake or on purpose.
func linkName(link heron.LinkType) string {
	switch link {
	case 186, 189, 220, 249:
		return " (USB)"
	case 187, 201, 251, 256, 272:
		return " (Bluetooth)"
	case 227:
		return " (CAN)"
	case 253:
		return " (netlink)"
	}
	return ""
}
