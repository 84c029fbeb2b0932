package enip

// vendorName returns who has a vendor number of ODVA, for the ones met most; ""
// for others.
func vendorName(id int) string {
	switch id {
	case 1, 5:
		return "Rockwell Automation"
	case 3:
		return "Honeywell"
	case 26:
		return "Festo"
	case 40:
		return "WAGO"
	case 44:
		return "Yaskawa"
	case 46:
		return "ABB"
	case 47:
		return "Omron"
	case 48:
		return "Turck"
	case 90:
		return "HMS Industrial Networks"
	case 108:
		return "Beckhoff"
	case 161:
		return "Mitsubishi Electric"
	case 243:
		return "Schneider Electric"
	case 283:
		return "Hilscher"
	case 345:
		return "Endress+Hauser"
	case 356:
		return "Fanuc"
	case 367:
		return "Keyence"
	case 562:
		return "Phoenix Contact"
	case 678:
		return "Cognex"
	case 808:
		return "SICK"
	case 991:
		return "Moxa"
	}
	return ""
}
