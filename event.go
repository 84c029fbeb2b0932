package heron

// Event is one protocol action that a detector may care about: an ARP reply, a
// DNS query, a Modbus write, a login. It is made once, by a dissector.
type Event struct {
	Time      Time      `json:"time"`
	Kind      string    `json:"kind"` // dotted, as "arp.reply", "modbus.write"
	Protocol  string    `json:"protocol"`
	Transport Transport `json:"transport,omitempty"`
	Src       Endpoint  `json:"src"`
	Dst       Endpoint  `json:"dst"`
	SrcPort   uint16    `json:"src_port,omitempty"`
	DstPort   uint16    `json:"dst_port,omitempty"`
	// Attrs are the fields of the action, few and short, never a secret.
	Attrs map[string]string `json:"attrs,omitempty"`
}
