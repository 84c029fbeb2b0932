package dissect

import "github.com/heron-iot/heron"

// Fresh reports whether numbers are none of the last four forms of a request
// on the flow, and remembers them: masters poll the same for ever, and each form
// is worth telling once. It needs the first nine octets of the flow's scratch:
// four sums of 16 bits, then the place of the oldest.
func Fresh(s *heron.FlowScratch, numbers ...int) bool {
	const places, oldest = 4, 8
	hi, lo := form(numbers)
	if isForm(s, hi, lo) {
		return false
	}
	i := s.Data[oldest] % places
	s.Data[2*i], s.Data[2*i+1] = hi, lo
	s.Data[oldest] = i + 1
	return true
}

// Polled reports whether numbers are one of the last four forms that Fresh remembers.
func Polled(s *heron.FlowScratch, numbers ...int) bool {
	hi, lo := form(numbers)
	return isForm(s, hi, lo)
}

// isForm reports whether a sum is one of those that are remembered.
func isForm(s *heron.FlowScratch, hi, lo byte) bool {
	d := &s.Data
	return d[0] == hi && d[1] == lo || d[2] == hi && d[3] == lo || d[4] == hi && d[5] == lo || d[6] == hi && d[7] == lo
}

// form is a sum of numbers in two octets (FNV-1a), never two zeros, which mean empty.
func form(numbers []int) (hi, lo byte) {
	sum := uint32(2166136261)
	for _, n := range numbers {
		sum = (sum ^ uint32(n)) * 16777619
	}
	return byte(sum>>24) | 1, byte(sum >> 16)
}

// Sum is a number that stands for a name, for Fresh (FNV-1a).
func Sum(b []byte) int {
	sum := uint32(2166136261)
	for _, c := range b {
		sum = (sum ^ uint32(c)) * 16777619
	}
	return int(sum)
}
