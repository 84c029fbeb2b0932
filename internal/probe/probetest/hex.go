package probetest

import (
	"encoding/hex"
	"strings"
)

// Hex turns hexadecimal digits into bytes; spaces and line ends are ignored. It
// panics on anything else, for it is for constants.
func Hex(digits string) []byte {
	b, err := hex.DecodeString(strings.Join(strings.Fields(digits), ""))
	if err != nil {
		panic(err)
	}
	return b
}
