// Package all lists every dissector. It is the one place that names them: a new
// protocol is a folder beside this one and a line here.
package all

import (
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/dissect/arp"
	"github.com/heron-iot/heron/internal/dissect/dns"
)

// Protocols returns fresh dissectors for one dispatcher, sorted by name.
func Protocols() []dissect.Protocol {
	return []dissect.Protocol{
		arp.Protocol(),
		dns.Protocol(),
	}
}
