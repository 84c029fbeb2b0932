package heron

import "strings"

// enumName returns names[i], or the first name when i is out of range.
func enumName(names []string, i int) string {
	if i < 0 || i >= len(names) {
		i = 0
	}
	return names[i]
}

// parseEnum sets *v to the index of the name in b.
func parseEnum[T ~uint8](v *T, what string, names []string, b []byte) error {
	for i, n := range names {
		if n == string(b) {
			*v = T(i)
			return nil
		}
	}
	return Errorf(CodeInvalid, "%s %q: want one of %s", what, b, strings.Join(names, ", "))
}
