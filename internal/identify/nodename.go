package identify

import "regexp"

// A description that is what uname says of a system has the name of the host in its second
// word: "Linux yf-cnc 3.10.0-957.el7.x86_64 #1 SMP". Where the kernel is one of a
// distribution that people install on their computers, the name is theirs as well, and says
// nothing of a product; where makers build the system themselves ("Linux TS-421 3.4.6 #1"),
// it is mostly what the product is called.

// distributed matches such a description up to what tells that the kernel is a distribution's.
var distributed = regexp.MustCompile(`^Linux (\S{1,64} )\d{1,2}\.\d{1,3}\.\d{1,3}\S{0,40}` +
	`(?:\.(?:el|fc|amzn)\d|-(?:generic|amd64|686|686-pae|default|pve|lowlatency|virtual|aws|azure)\b| #\d{1,4}(?:~\S{1,16})?-Ubuntu | #\d{1,2} SMP (?:PREEMPT(?:_DYNAMIC)? )?Debian )`)

// withoutNode returns a text without the name of the host, where people gave it.
func withoutNode(text string) string {
	m := distributed.FindStringSubmatchIndex(text)
	if m == nil {
		return text
	}
	return text[:m[2]] + text[m[3]:]
}
