package identify

// What texts name in passing.
var (
	CodeIn      = codeIn
	Owner       = owner
	ProductCode = productCode
)

// KeysOf returns the keys that a set of keys stands for, or the key itself.
func KeysOf(key string) []string { return expandKeys([]string{key}) }
