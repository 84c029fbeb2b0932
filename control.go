package heron

// ControlStatus is the outcome of one compliance check on one device.
type ControlStatus string

// The outcomes. Unknown needs a reason, pass and fail need evidence.
const (
	ControlPass          ControlStatus = "pass"
	ControlFail          ControlStatus = "fail"
	ControlUnknown       ControlStatus = "unknown"
	ControlNotApplicable ControlStatus = "not_applicable"
)

// Control is one check that the network alone can decide.
type Control struct {
	ID     string  `json:"id"` // N01, A05 …
	Title  string  `json:"title"`
	Rule   string  `json:"rule"` // what passes and what fails
	Weight float64 `json:"weight"`
	// References by framework: "IEC 62443-3-3" → SR 1.2; "NIST CSF 2.0" → ID.AM-01.
	References map[string][]string `json:"references"`
}

// ControlResult is a control applied to a device.
type ControlResult struct {
	ControlID string        `json:"control_id"`
	DeviceID  string        `json:"device_id"`
	Status    ControlStatus `json:"status"`
	Reason    string        `json:"reason"`
	Evidence  []string      `json:"evidence,omitempty"` // observation key=value
	Time      Time          `json:"time"`
}
