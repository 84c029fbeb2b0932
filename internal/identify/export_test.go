package identify

// What texts name in passing.
var (
	CodeIn      = codeIn
	LineIn      = lineIn
	HostBrand   = hostBrand
	HostCode    = hostCode
	HostKind    = hostKind
	Owner       = owner
	ProductCode = productCode
	ThingsOwner = thingsOwner
)

// KeysOf returns the keys that a set of keys stands for, or the key itself.
func KeysOf(key string) []string { return expandKeys([]string{key}) }

// Open reads a packed pack.
func Open(packed string) error {
	_, err := open(packed)
	return err
}
