package heron

// Unknown is the device type when nothing is sure enough. It is a real answer.
const Unknown = "unknown"

// Claim is one thing said of a device and how sure we are. Confidence is
// calibrated: of the claims made at 0.9, nine in ten are right.
type Claim struct {
	Value      string  `json:"value"`
	Confidence float64 `json:"confidence"` // 0 to 1
}

// Identity is what a device is. Type is always there, Unknown where nothing is
// sure enough; the others are nil when unknown.
type Identity struct {
	Vendor   *Claim `json:"vendor,omitempty"`
	Model    *Claim `json:"model,omitempty"`
	Type     Claim  `json:"type"`
	OS       *Claim `json:"os,omitempty"`
	Firmware *Claim `json:"firmware,omitempty"`
}

// RunnerUp is the second-best answer where there was a contest.
type RunnerUp struct {
	Vendor *Claim `json:"vendor,omitempty"`
	Model  *Claim `json:"model,omitempty"`
	Type   *Claim `json:"type,omitempty"`
	OS     *Claim `json:"os,omitempty"`
}

// Evidence is one reason for an identity: the observation, and what it speaks
// for with what weight (log-odds; negative speaks against).
type Evidence struct {
	Key       string  `json:"key"`
	Value     string  `json:"value"`
	Source    string  `json:"source"`
	Supports  string  `json:"supports"` // vendor, model, type, os or firmware
	Claim     string  `json:"claim"`    // the value it supports
	Weight    float64 `json:"weight"`
	Signature string  `json:"signature,omitempty"` // id of the signature, where one spoke
}

// Identification is the whole answer of identify: a pure function of the
// observations and the signature pack.
type Identification struct {
	Identity Identity   `json:"identity"`
	RunnerUp RunnerUp   `json:"runner_up,omitzero"`
	Evidence []Evidence `json:"evidence"` // heaviest first
}
