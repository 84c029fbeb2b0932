package identify

import "math"

// An answer is right more often than its share of the contest says: the weights
// are cautious, and candidates that cannot both be are often two names for one
// thing. Measured on labelled captures and greetings, answers come out as the
// odds of their share to the power of calibrationSlope, times e to the
// calibrationShift (docs/identification.md). The map is monotone, so it
// changes no answer, only what is said of how sure it is.
const (
	calibrationShift = 1.0
	calibrationSlope = 0.8
)

// calibrated is how often answers with such a share of the contest are right.
func calibrated(share float64) float64 {
	switch {
	case share <= 0:
		return 0
	case share >= 1: // a person's word
		return 1
	}
	odds := calibrationShift + calibrationSlope*math.Log(share/(1-share))
	return min(surest, 1/(1+math.Exp(-odds)))
}

// besides is the confidence of another candidate than the answer: of what the
// answer leaves, the part that is its.
func besides(share, answer float64) float64 {
	if answer >= 1 {
		return 0
	}
	return share * (1 - calibrated(answer)) / (1 - answer)
}
