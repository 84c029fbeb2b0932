package fins

// Codes of commands that are read further (W342 §5-1-1).
const (
	memoryRead         = 0x0101
	memoryWrite        = 0x0102
	memoryFill         = 0x0103
	run                = 0x0401
	stop               = 0x0402
	controllerDataRead = 0x0501
	connectionDataRead = 0x0502
	statusRead         = 0x0601
)

// kindRead is the kind of event of what changes nothing.
const kindRead = "fins.read"

// name returns the kind of event of a command, "" of one that is not known
// (W342 §5-1-1; some are of the older C and CV series, W227).
func name(code int) string {
	switch code {
	case memoryRead, 0x0104, 0x0201, 0x0220, controllerDataRead, connectionDataRead, statusRead, 0x0602, 0x0603, 0x0620,
		0x0701, 0x0801, 0x0802, 0x0803, 0x2102, 0x2140, 0x2201, 0x2202, 0x220f, 0x230a, 0x2601, 0x2801:
		return kindRead
	case memoryWrite, memoryFill, 0x0105, 0x0202, 0x0203, 0x0221, 0x2302, 0x2210:
		return "fins.write"
	case run:
		return "fins.start"
	case stop:
		return "fins.stop"
	case 0x0403:
		return "fins.reset"
	case 0x0306, 0x0325: // the program is read
		return "fins.upload"
	case 0x0307, 0x0308, 0x0326, 0x0327, 0x220b: // the program is written or cleared
		return "fins.download"
	case 0x0304, 0x0305, 0x0c01, 0x0c02, 0x0c03, 0x2602, 0x2603: // protection, and the right to access
		return "fins.protection"
	case 0x2301:
		return "fins.force"
	case 0x0702:
		return "fins.time"
	case 0x0920, 0x2101, 0x2103, 0x2141:
		return "fins.clear_error"
	case 0x2203, 0x2204, 0x2205, 0x2206, 0x2207, 0x2208, 0x2209, 0x220a, 0x220c, 0x2211, 0x2215, 0x2220, 0x2221:
		return "fins.file"
	}
	return ""
}

// modeName returns the name of an operating mode (W342 §5-3-19).
func modeName(mode int) string {
	switch mode {
	case 0:
		return "program"
	case 2:
		return "monitor"
	case 4:
		return "run"
	}
	return ""
}
