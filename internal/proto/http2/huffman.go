package http2

// The code of RFC 7541, Appendix B is canonical: codes of one length follow each
// other in the order of their symbols. That makes lengths enough to know it.
const (
	shortestCode = 5
	longestCode  = 30
	endOfString  = 256
)

// symbols lists the symbols by the length of their code, then by number.
func symbols() [longestCode + 1][]int {
	return [longestCode + 1][]int{
		5: {48, 49, 50, 97, 99, 101, 105, 111, 115, 116},
		6: {
			32, 37, 45, 46, 47, 51, 52, 53, 54, 55, 56, 57, 61, 65, 95, 98, 100, 102, 103, 104, 108, 109, 110, 112, 114, 117,
		},
		7: {
			58, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 77, 78, 79, 80, 81, 82, 83, 84, 85, 86, 87, 89,
			106, 107, 113, 118, 119, 120, 121, 122,
		},
		8:  {38, 42, 44, 59, 88, 90},
		10: {33, 34, 40, 41, 63},
		11: {39, 43, 124},
		12: {35, 62},
		13: {0, 36, 64, 91, 93, 126},
		14: {94, 125},
		15: {60, 96, 123},
		19: {92, 195, 208},
		20: {128, 130, 131, 162, 184, 194, 224, 226},
		21: {153, 161, 167, 172, 176, 177, 179, 209, 216, 217, 227, 229, 230},
		22: {
			129, 132, 133, 134, 136, 146, 154, 156, 160, 163, 164, 169, 170, 173, 178, 181, 185, 186, 187, 189, 190,
			196, 198, 228, 232, 233,
		},
		23: {
			1, 135, 137, 138, 139, 140, 141, 143, 147, 149, 150, 151, 152, 155, 157, 158, 165, 166, 168, 174, 175, 180,
			182, 183, 188, 191, 197, 231, 239,
		},
		24: {9, 142, 144, 145, 148, 159, 171, 206, 215, 225, 236, 237},
		25: {199, 207, 234, 235},
		26: {192, 193, 200, 201, 202, 205, 210, 213, 218, 219, 238, 240, 242, 243, 255},
		27: {203, 204, 211, 212, 214, 221, 222, 223, 241, 244, 245, 246, 247, 248, 250, 251, 252, 253, 254},
		28: {
			2, 3, 4, 5, 6, 7, 8, 11, 12, 14, 15, 16, 17, 18, 19, 20, 21, 23, 24, 25, 26, 27, 28, 29, 30, 31, 127, 220, 249,
		},
		30: {10, 13, 22, endOfString},
	}
}

// huffman decodes strings.
type huffman struct {
	symbols [longestCode + 1][]int
	first   [longestCode + 1]int // first code of each length
}

func newHuffman() huffman {
	h := huffman{symbols: symbols()}
	code := 0
	for n := 1; n <= longestCode; n++ {
		code <<= 1
		h.first[n] = code
		code += len(h.symbols[n])
	}
	return h
}

// decode adds the text that b stands for to dst; false when b is no code, or the
// text longer than limit.
func (h *huffman) decode(dst, b []byte, limit int) ([]byte, bool) {
	code, size, start := 0, 0, len(dst)
	for _, octet := range b {
		for bit := 7; bit >= 0; bit-- {
			code = code<<1 | int(octet)>>bit&1
			size++
			if size < shortestCode {
				continue
			}
			if size > longestCode {
				return dst, false
			}
			i := code - h.first[size]
			if i < 0 || i >= len(h.symbols[size]) {
				continue
			}
			symbol := h.symbols[size][i]
			if symbol == endOfString || len(dst)-start >= limit {
				return dst, false
			}
			dst, code, size = append(dst, byte(symbol)), 0, 0
		}
	}
	return dst, size < 8 && code == 1<<size-1 // padded with the start of the end (§5.2)
}

// appendHuffman adds text in the code.
func appendHuffman(b []byte, text string) []byte {
	h := newHuffman()
	var bits uint64
	n := 0
	for _, c := range []byte(text) {
		code, size := h.code(int(c))
		bits, n = bits<<size|uint64(code), n+size
		for ; n >= 8; n -= 8 {
			b = append(b, byte(bits>>(n-8)))
		}
	}
	if n > 0 {
		b = append(b, byte(bits<<(8-n))|byte(1<<(8-n)-1))
	}
	return b
}

func (h *huffman) code(symbol int) (code, size int) {
	for size, list := range h.symbols {
		for i, s := range list {
			if s == symbol {
				return h.first[size] + i, size
			}
		}
	}
	return 0, 0
}
