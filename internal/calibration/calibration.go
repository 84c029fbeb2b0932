// Package calibration measures how far confidence is from how often answers are right.
package calibration

import "math"

// Classes is into how many classes confidence is divided, by tenths.
const Classes = 10

// Class is that of a confidence from 0 to 1: 0 to Classes-1.
func Class(confidence float64) int { return min(Classes-1, max(0, int(confidence*Classes))) }

// Bin is the answers of one class.
type Bin struct {
	Answers, Right int
	Sum            float64 // of their confidences
}

// Mean is the confidence of the mean answer, 0 where there is none.
func (b *Bin) Mean() float64 { return b.Sum / float64(max(1, b.Answers)) }

// Accuracy is the share of answers that are right, 0 where there is none.
func (b *Bin) Accuracy() float64 { return float64(b.Right) / float64(max(1, b.Answers)) }

// Bins are answers by class.
type Bins [Classes]Bin

// Add counts an answer.
func (b *Bins) Add(confidence float64, right bool) {
	x := &b[Class(confidence)]
	x.Answers++
	x.Sum += confidence
	if right {
		x.Right++
	}
}

// Error is the expected calibration error: the mean distance of confidence and accuracy,
// each class by its answers (Guo and others, On Calibration of Modern Neural Networks,
// 2017). It is 0 without an answer.
func (b *Bins) Error() float64 {
	all, off := 0, 0.0
	for i := range b {
		all += b[i].Answers
		off += math.Abs(float64(b[i].Right) - b[i].Sum)
	}
	return off / float64(max(1, all))
}
