package wire

// Heads are views without a Reader, for what every packet goes through: the
// first bytes of b, of a fixed number, and those behind them. Like a view, a head
// may be indexed with constants. It is nil when b is shorter, and then so is the
// rest.

// Head2 returns the first 2 bytes.
func Head2(b []byte) (head *[2]byte, rest []byte) {
	if len(b) < 2 {
		return nil, nil
	}
	return (*[2]byte)(b), b[2:]
}

// Head4 returns the first 4 bytes.
func Head4(b []byte) (head *[4]byte, rest []byte) {
	if len(b) < 4 {
		return nil, nil
	}
	return (*[4]byte)(b), b[4:]
}

// Head8 returns the first 8 bytes.
func Head8(b []byte) (head *[8]byte, rest []byte) {
	if len(b) < 8 {
		return nil, nil
	}
	return (*[8]byte)(b), b[8:]
}

// Head16 returns the first 16 bytes.
func Head16(b []byte) (head *[16]byte, rest []byte) {
	if len(b) < 16 {
		return nil, nil
	}
	return (*[16]byte)(b), b[16:]
}

// Head20 returns the first 20 bytes.
func Head20(b []byte) (head *[20]byte, rest []byte) {
	if len(b) < 20 {
		return nil, nil
	}
	return (*[20]byte)(b), b[20:]
}

// Head26 returns the first 26 bytes.
func Head26(b []byte) (head *[26]byte, rest []byte) {
	if len(b) < 26 {
		return nil, nil
	}
	return (*[26]byte)(b), b[26:]
}

// Head28 returns the first 28 bytes.
func Head28(b []byte) (head *[28]byte, rest []byte) {
	if len(b) < 28 {
		return nil, nil
	}
	return (*[28]byte)(b), b[28:]
}

// Head34 returns the first 34 bytes.
func Head34(b []byte) (head *[34]byte, rest []byte) {
	if len(b) < 34 {
		return nil, nil
	}
	return (*[34]byte)(b), b[34:]
}

// Head38 returns the first 38 bytes.
func Head38(b []byte) (head *[38]byte, rest []byte) {
	if len(b) < 38 {
		return nil, nil
	}
	return (*[38]byte)(b), b[38:]
}

// Part returns the bytes from one place up to another; nil when they are not all
// there.
func Part(b []byte, from, to int) []byte {
	if from < 0 || from > to || to > len(b) {
		return nil
	}
	return b[from:to:to]
}

// Cut returns the first n bytes and those behind them; ok is false when there
// are fewer, or n is below 0.
func Cut(b []byte, n int) (head, rest []byte, ok bool) {
	if n < 0 || n > len(b) {
		return nil, nil, false
	}
	return b[:n:n], b[n:], true
}
