package identify

import (
	"strings"
	"unicode"
)

// Skeleton returns the text of a new signature file for someone to fill in:
// valid as it stands, with every field and a word on each.
func Skeleton(name string) string {
	name = strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) && r != '"' && r != '\\' && r != '$' {
			return r
		}
		return -1
	}, name))
	if name == "" {
		name = "Vendor"
	}
	family := strings.Join(strings.FieldsFunc(strings.ToLower(name), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	}), "-")
	if family == "" {
		family = "vendor"
	}
	return strings.NewReplacer("NAME", name, "FAMILY", family).Replace(skeletonText)
}

const skeletonText = `# NAME: what these devices say of themselves.
#
# Run "heron signatures test" after each change, and "heron signatures explain"
# with a device's observations to see what matched and what nearly did.
# docs/adding-a-signature.md has a worked example.
- id: FAMILY.product.hostname # family.subject.source; unique, ascending in the file
  note: Where this is known from, in a sentence.
  match: # all must hold; the first is the evidence that is shown
    - {key: host.name, regexp: '^FAMILY-(?P<model>[a-z0-9]{3,12})$'} # equals, prefix, contains, word, domain, regexp, exists
  yields: # attribute: [value, weight]; 2 is a coin's toss, 5 is sure to 95 %, 7 to 99 %
    vendor: ["NAME", 5]
    model: ["${model:upper}", 4]
    type: [iot_device, 3] # one of heron's device types
  examples: # must match; want.* is what must come out
    - {host.name: FAMILY-abc123, want.model: ABC123}
  counterexamples: # must not match
    - {host.name: my-FAMILY}
`
