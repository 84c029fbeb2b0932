package heron

// Unknown is the device type when nothing is sure enough. It is a real answer.
const Unknown = "unknown"

// Claim is one thing said of a device and how sure we are. Confidence is
// calibrated: of the claims made at 0.9, nine in ten are right.
type Claim struct {
	Value      string  `json:"value"`
	Confidence float64 `json:"confidence"` // 0 to 1
	// By is ByUser where a person locked or confirmed the value, else "".
	By string `json:"by,omitempty"`
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
	Source    string  `json:"source"`   // ByUser for a person's word
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

// Settle is something that nobody has heard of a device yet and that would make
// its identity surer: an observation that a signature waits for.
type Settle struct {
	Field string `json:"field"` // vendor, model, type, os or firmware
	Claim string `json:"claim"` // what the observation would speak for
	// Key is of the observation, Value an example of what it would have to be,
	// "" where the signature has none in short.
	Key       string `json:"key"`
	Value     string `json:"value,omitempty"`
	Signature string `json:"signature"`
	// Now is how sure we are of the claim, Then how sure we would be.
	Now  float64 `json:"now"`
	Then float64 `json:"then"`
}

// Explanation is all there is to say of what a device is, and why.
type Explanation struct {
	Identification
	// Settles is what would settle what is not sure, the most telling first.
	Settles     []Settle     `json:"settles"`
	Corrections []Correction `json:"corrections"`
}

// SignatureOutcome tells how one signature fared with some observations.
type SignatureOutcome struct {
	Signature  string             `json:"signature"`
	File       string             `json:"file"`
	Matched    bool               `json:"matched"`
	Conditions []ConditionOutcome `json:"conditions"`
	// Claims are what it says: with a match of these facts, without one as it
	// stands in the file.
	Claims []string `json:"claims"`
}

// ConditionOutcome tells whether one condition of a signature held, and what met it.
type ConditionOutcome struct {
	Condition string `json:"condition"`
	Held      bool   `json:"held"`
	Forbids   bool   `json:"forbids,omitempty"` // listed under unless
	Key       string `json:"key,omitempty"`     // of the observation that met it
	Value     string `json:"value,omitempty"`
}

// Trial is what some observations would make of a device.
type Trial struct {
	Explanation
	// Signatures are those that matched, and after them those that nearly did.
	Signatures []SignatureOutcome `json:"signatures"`
}

// IdentityQuality tells how well the devices of our networks are known.
type IdentityQuality struct {
	Time    Time           `json:"time"` // when it was counted
	Devices int            `json:"devices"`
	Fields  []FieldQuality `json:"fields"`
	// Contests are the closest of those that FieldQuality counts as contested.
	Contests []Contest `json:"contests" maxItems:"25"`
}

// MaxContests is how many contests are told of at most.
const MaxContests = 25

// Contest is a field of a device for which there are two answers.
type Contest struct {
	Device string `json:"device"` // its id
	Title  string `json:"title"`
	Field  string `json:"field"`
	Says   Claim  `json:"says"` // unknown where neither is sure enough
	Or     Claim  `json:"or"`
}

// FieldQuality tells how well one field of identities is known.
type FieldQuality struct {
	Field string `json:"field"` // type, vendor, model, os or firmware
	// Known is of how many devices something is said; Tenths how many of those
	// with a confidence from 0, 0.1 … 0.9 up.
	Known  int   `json:"known"`
	Tenths []int `json:"tenths"`
	// Contested is how many have a runner-up at ContestedAt or more.
	Contested int `json:"contested"`
	// Confirmed, Locked and Rejected are of how many people said so.
	Confirmed int `json:"confirmed"`
	Locked    int `json:"locked"`
	Rejected  int `json:"rejected"`
	// Judged are our own answers where people's word decides whether they are right,
	// what they said set aside: ten, by tenths of confidence.
	Judged []JudgedAnswers `json:"judged"`
	// CalibrationError is how far the confidence of those is from how many are right,
	// in a mean answer, from 0 to 1; 0 where none was judged.
	CalibrationError float64 `json:"calibration_error"`
}

// JudgedAnswers tells how answers of about one confidence turned out.
type JudgedAnswers struct {
	Answers    int     `json:"answers"`
	Right      int     `json:"right"`
	Confidence float64 `json:"confidence"` // the mean, from 0 to 1; 0 without an answer
}

// ContestedAt is the confidence from which a runner-up is a real alternative.
const ContestedAt = 0.2
