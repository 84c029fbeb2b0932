package dissect

import "github.com/heron-iot/heron"

// Fresh reports whether numbers are none of the last four forms of a request
// on the flow, and remembers them: masters poll the same for ever, and each form
// is worth telling once. It needs the first nine octets of the flow's scratch:
// four sums of 16 bits, then the place of the oldest.
func Fresh(s *heron.FlowScratch, numbers ...int) bool {
	const places, oldest = 4, 8
	sum := uint32(2166136261) // FNV-1a over the numbers
	for _, n := range numbers {
		sum = (sum ^ uint32(n)) * 16777619
	}
	hi, lo := byte(sum>>24)|1, byte(sum>>16) // never two zeros, which mean empty
	for i := range places {
		if s.Data[2*i] == hi && s.Data[2*i+1] == lo {
			return false
		}
	}
	i := s.Data[oldest] % places
	s.Data[2*i], s.Data[2*i+1] = hi, lo
	s.Data[oldest] = i + 1
	return true
}

// Sum is a number that stands for a name, for Fresh (FNV-1a).
func Sum(b []byte) int {
	sum := uint32(2166136261)
	for _, c := range b {
		sum = (sum ^ uint32(c)) * 16777619
	}
	return int(sum)
}
