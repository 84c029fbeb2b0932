package heron

// ScanRequest says whom active discovery asks, and how.
type ScanRequest struct {
	Targets []string `json:"targets" minItems:"1" maxItems:"1024" doc:"Addresses and networks."`
	Exclude []string `json:"exclude,omitempty" maxItems:"1024" doc:"Never touched: addresses, networks, hardware addresses, maker:NAME, type:NAME."`
	Profile string   `json:"profile,omitempty" enum:"safe,standard,deep" doc:"That of the configuration when left out."`
	// Rate narrows what the configuration permits; where that says that SNMP's public is
	// never used, SNMPPublic may not say otherwise.
	Rate       int    `json:"rate,omitempty" minimum:"1" doc:"Packets a second at most; that of the configuration, or else of the profile, bounds it."`
	HostsOnly  bool   `json:"hosts_only,omitempty" doc:"Find hosts; ask them nothing."`
	SNMPPublic string `json:"snmp_public,omitempty" enum:"auto,never,always" doc:"Whether agents of SNMP are asked with the community public; what the configuration says when left out."`
}

// ScanState is where a scan is in its life.
type ScanState string

// The states of a scan.
const (
	ScanRunning ScanState = "running"
	ScanDone    ScanState = "done"
	ScanStopped ScanState = "stopped"
	ScanFailed  ScanState = "failed"
	// ScanInterrupted is one that ended with its process, before it could say how.
	ScanInterrupted ScanState = "interrupted"
)

// Scan is one run of active discovery.
type Scan struct {
	ID string `json:"id"`
	ScanRequest
	// Reason is why it runs: request, schedule, new_device.
	Reason string    `json:"reason" enum:"request,schedule,new_device"`
	From   []string  `json:"from,omitempty" doc:"Addresses of the machine that asks."`
	By     string    `json:"by"`
	State  ScanState `json:"state" enum:"running,done,stopped,failed,interrupted"`
	Error  string    `json:"error,omitempty"`
	// Hosts are to be looked for, of which Decided are found or not there; of the
	// Found ones, Done are asked all there was to ask.
	Hosts       int64 `json:"hosts"`
	Decided     int64 `json:"decided"`
	Found       int64 `json:"found"`
	Done        int64 `json:"done"`
	Connections int64 `json:"connections"`
	Questions   int64 `json:"questions"`
	Packets     int64 `json:"packets"`
	Writes      int64 `json:"writes"`
	Bytes       int64 `json:"bytes_sent"`
	Started     Time  `json:"started"`
	Ended       Time  `json:"ended,omitempty"`
}

// ScanStep is something that a scan would send to a host.
type ScanStep struct {
	Host  string `json:"host"`
	Send  string `json:"send" doc:"As arp who-has, tcp connect, request."`
	Port  int    `json:"port,omitempty"`
	Probe string `json:"probe,omitempty"`
	Bytes []byte `json:"bytes,omitempty"`
	Times int    `json:"at_most"`
	If    string `json:"if,omitempty" doc:"On what it depends."`
}

// ScanPlan is all that a scan would send at most.
type ScanPlan struct {
	Total int        `json:"total" doc:"How many steps there are; the first of them are listed."`
	Steps []ScanStep `json:"steps" nullable:"false"`
}
