package heron

// Factor names one of the five parts of a risk score.
type Factor string

// The factors, with their weights in FactorWeight.
const (
	FactorVulnerabilities Factor = "vulnerabilities"
	FactorExposure        Factor = "exposure"
	FactorAuthentication  Factor = "authentication"
	FactorBehavior        Factor = "behavior"
	FactorCompliance      Factor = "compliance"
)

// Factors lists the factors in the order people see them.
func Factors() []Factor {
	return []Factor{
		FactorVulnerabilities, FactorExposure, FactorAuthentication, FactorBehavior, FactorCompliance,
	}
}

// Weight is the factor's share of the score; the five sum to 1.
func (f Factor) Weight() float64 {
	switch f {
	case FactorVulnerabilities:
		return 0.40
	case FactorExposure:
		return 0.25
	case FactorAuthentication:
		return 0.20
	case FactorBehavior:
		return 0.10
	case FactorCompliance:
		return 0.05
	}
	return 0
}

// RiskLevel is the word for a score.
type RiskLevel string

// The levels: below 30, 60 and 80; RiskUnknown is a device never assessed.
const (
	RiskUnknown  RiskLevel = "unknown"
	RiskLow      RiskLevel = "low"
	RiskMedium   RiskLevel = "medium"
	RiskHigh     RiskLevel = "high"
	RiskCritical RiskLevel = "critical"
)

// LevelOf returns the level of a score from 0 to 100.
func LevelOf(score float64) RiskLevel {
	switch {
	case score >= 80:
		return RiskCritical
	case score >= 60:
		return RiskHigh
	case score >= 30:
		return RiskMedium
	}
	return RiskLow
}

// RiskSummary is the risk of a device in short.
type RiskSummary struct {
	Score    float64   `json:"score"` // 0 to 100
	Low      float64   `json:"low"`   // if all that is unknown were good
	High     float64   `json:"high"`  // if all that is unknown were bad
	Coverage float64   `json:"coverage"`
	Level    RiskLevel `json:"level"`
	Trend    float64   `json:"trend"` // change over 24 hours
}

// RiskScore is the risk of a device with its reasons.
type RiskScore struct {
	DeviceID string `json:"device_id"`
	Time     Time   `json:"time"`
	RiskSummary
	Factors []FactorScore `json:"factors"`
	// Floors are facts that alone hold the score up: each with the score it sets.
	Floors []RiskReason `json:"floors,omitempty"`
	// Moves are what would lower the score most, best first.
	Moves []RiskMove `json:"moves,omitempty"`
	// Cause says why the score changed: device, knowledge, feed, policy, time.
	Cause string `json:"cause,omitempty"`
}

// FactorScore is one factor of a score.
type FactorScore struct {
	Factor Factor  `json:"factor"`
	Weight float64 `json:"weight"`
	Score  float64 `json:"score"` // 0 to 100
	// Known is the share of the facts behind it that are known; 0 = unknown.
	Known   float64      `json:"known"`
	Reasons []RiskReason `json:"reasons"`
}

// RiskReason is one fact that a score rests on.
type RiskReason struct {
	Code   string  `json:"code"`
	Text   string  `json:"text"`
	Points float64 `json:"points"` // what the whole score would lose without it
}

// RiskMove is one thing to do and the points it would take away.
type RiskMove struct {
	Code   string  `json:"code"`
	Text   string  `json:"text"`
	Points float64 `json:"points"`
}
