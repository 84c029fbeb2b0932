package behavior

// words numbers strings, so that slabs hold no pointers. Number 0 is "".
type words struct {
	limit int // what comes after so many has no name
	list  []string
	index map[string]uint32
}

// Bounds of the lists of words.
const (
	maxWords     = 1 << 22
	maxProtocols = 1 << 16
)

func newWords(limit int) *words {
	return &words{limit: limit, list: []string{""}, index: map[string]uint32{}}
}

func (w *words) number(s string) uint32 {
	if s == "" {
		return 0
	}
	if n, ok := w.index[s]; ok {
		return n
	}
	if len(w.list) >= w.limit {
		return 0
	}
	n := uint32(len(w.list))
	w.list = append(w.list, s)
	w.index[s] = n
	return n
}

// has reports whether a string has a number.
func (w *words) has(s string) bool {
	_, ok := w.index[s]
	return ok
}

func (w *words) text(n uint32) string { return w.list[n] }
