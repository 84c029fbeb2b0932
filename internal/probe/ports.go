package probe

import (
	"slices"
	"strings"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/oui"
)

// controlPorts are where control devices are spoken to: a host that has one of
// them open may be one. The number may lie with other things, too; then the host
// is treated with more care than it needs.
var controlPorts = []uint16{
	102,      // S7, MMS
	502, 802, // Modbus, and over TLS
	789,        // Crimson
	1089,       // FOUNDATION Fieldbus
	1911, 4911, // Fox
	1962,       // PCWorx
	2404,       // IEC 60870-5-104
	2455,       // CODESYS
	4059,       // DLMS
	4840,       // OPC UA
	5006, 5007, // MELSEC
	5094,  // HART-IP
	9600,  // FINS
	11740, // CODESYS 3
	18245, // SRTP
	20000, // DNP3
	20547, // ProConOS
	34964, // PROFINET
	44818, // EtherNet/IP
	48898, // ADS
}

// bacnetPort is where building controllers are spoken to, over UDP.
const bacnetPort = 47808

// basePorts are looked at on every host, whether or not a probe asks there: what is
// open most often first.
var basePorts = []uint16{
	80, 443, 22, 23, 8080, 554, 21, 8443, 1883, 502, 102, 9100, 631, 5000, 53, 8883, 7547, 81, 8000, 8008, 8009, 8081, 8888, 8554,
	44818, 4840, 20000, 2404, 1911, 25, 2323, 5555, 37777, 49152, 62078,
}

// baseDatagrams are looked at on every host, over UDP: SNMP, CoAP and BACnet.
var baseDatagrams = []uint16{161, 5683, bacnetPort}

// deepPorts are looked at, too, by the profile deep.
var deepPorts = []uint16{
	79, 82, 88, 110, 111, 135, 139, 143, 179, 389, 445, 465, 514, 515, 548, 587, 593, 636, 873, 902, 990, 993, 995, 1025, 1080, 1433,
	1521, 1723, 1900, 2000, 2049, 2222, 3000, 3128, 3268, 3306, 3389, 3689, 4433, 4443, 5001, 5060, 5357, 5432, 5601, 5672, 5900,
	5901, 5985, 6000, 6379, 6443, 6668, 7000, 7001, 8001, 8002, 8082, 8083, 8085, 8086, 8088, 8090, 8123, 8181, 8200, 8291, 8444,
	8728, 8834, 9000, 9001, 9080, 9090, 9091, 9200, 9443, 9999, 10000, 10001, 10554, 27017, 32400, 34567, 49153, 49154, 55443, 60000,
}

func isControlPort(port uint16) bool { return slices.Contains(controlPorts, port) }

// controlMakers are words in the registered names of those who make control,
// building and medical devices, or the cards in them, in lower case.
var controlMakers = []string{
	"abb ", "advantech", "allen-bradley", "b&r ", "bachmann", "baxter", "beckhoff", "becton", "beijer", "belimo", "bosch rexroth",
	"carel", "carrier corp", "danfoss", "delta controls", "delta electronics", "digi international", "digiboard", "distech", "draeger", "dräger", "eaton", "echelon",
	"emerson", "endress", "fanuc", "festo", "fisher-rosemount", "fuji electric", "ge fanuc", "ge healthcare", "general electric",
	"gira", "grundfos", "hid ", "hima ", "hirschmann", "hitachi industrial", "hms industrial", "honeywell", "ifm electronic", "johnson controls",
	"keyence", "kieback", "krohne", "kuka", "landis", "lantronix", "lenze", "lutron", "mitsubishi electric", "moxa", "national instruments", "nivis",
	"omron", "opto 22", "panasonic electric works", "pepperl", "phoenix contact", "pilz", "profinet", "pronet", "prosoft", "red lion",
	"reliable controls", "rockwell", "saia", "sauter", "schneider", "schweitzer engineering", "sew-eurodrive", "sick ag", "siemens",
	"sma solar", "spectranetics", "toshiba industrial", "trane", "telemecanique", "tridium", "turck", "vacon", "vega grieshaber",
	"wago", "weidm", "weintek", "woodward", "yaskawa", "yokogawa",
}

// controlMaker tells whether the maker of a network card makes control devices.
func controlMaker(m heron.MAC) bool { return makerIs(m, controlMakers) }

// makerIs tells whether one of some words is in the registered name of the maker of a
// network card.
func makerIs(m heron.MAC, words []string) bool {
	a, ok := oui.Lookup(m)
	if !ok {
		return false
	}
	name := strings.ToLower(a.Organization) + " "
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(name, w) })
}
