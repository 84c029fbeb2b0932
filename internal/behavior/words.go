package behavior

// words numbers strings, so that slabs hold no pointers. Number 0 is "".
type words struct {
	list  []string
	index map[string]uint32
}

// maxWords bounds the list; what comes after it has no name.
const maxWords = 1 << 20

func newWords() *words { return &words{list: []string{""}, index: map[string]uint32{}} }

func (w *words) number(s string) uint32 {
	if s == "" {
		return 0
	}
	if n, ok := w.index[s]; ok {
		return n
	}
	if len(w.list) >= maxWords {
		return 0
	}
	n := uint32(len(w.list))
	w.list = append(w.list, s)
	w.index[s] = n
	return n
}

func (w *words) text(n uint32) string { return w.list[n] }
