package heron

import "net/netip"

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
	// Sensor asks in the place of the server, where its own configuration lets it.
	Sensor string `json:"sensor,omitempty" maxLength:"64" doc:"The sensor that asks, from where it stands; the server itself when left out."`
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
	Offset float64   `json:"clock_offset_seconds,omitempty" doc:"How far the server's clock was ahead of the sensor's that asks."`
	By     string    `json:"by"`
	State  ScanState `json:"state" enum:"running,done,stopped,failed,interrupted"`
	Error  string    `json:"error,omitempty"`
	ScanCounts
	Started Time `json:"started"`
	Ended   Time `json:"ended,omitempty"`
}

// ScanCounts are how far a scan is, and what it sent.
type ScanCounts struct {
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
}

// ScanAsked is what a scan asked a host, and what that took.
type ScanAsked struct {
	Host   string `json:"host"`
	At     Time   `json:"at"`    // by the clock of who asked
	Asked  string `json:"asked"` // PROBE/PORT, between spaces; "connect" is no question
	Writes int    `json:"writes"`
	Bytes  int    `json:"bytes_sent"`
}

// ScanOrder is what the core wants of a scan that it gave to a process with sensors. A
// scan that runs there and is in no order any more ends, too.
type ScanOrder struct {
	ID string `json:"id"`
	// Stop ends it, or keeps it from beginning.
	Stop bool `json:"stop,omitempty"`
	// Task is sent until the process tells that it knows the scan.
	Task *ScanTask `json:"task,omitempty"`
	// Learned is all that the core came to know since then of hosts among the targets that
	// must be asked with care, or not at all.
	Learned []ScanHost `json:"learned,omitempty"`
}

// ScanTask is all that a process with sensors needs to make a scan. It holds no
// credentials.
type ScanTask struct {
	ScanRequest
	// Seconds are how long the scan may take at most, from when the task comes.
	Seconds float64 `json:"seconds"`
	// Known is what the core knows of hosts among the targets.
	Known []ScanHost `json:"known,omitempty"`
}

// ScanHost is what is known of a host before it is asked.
type ScanHost struct {
	Addr    netip.Addr `json:"ip"`
	Control bool       `json:"control,omitempty"` // stands one connection at a time, and reads alone
	Skip    bool       `json:"skip,omitempty"`    // is never touched
	Printer bool       `json:"printer,omitempty"` // is a printer of pages
	Kind    bool       `json:"kind,omitempty"`    // its type and maker are known
	Model   bool       `json:"model,omitempty"`   // its model, too
}

// ScanNews is what became of a scan of a sensor since its news before. It travels in a
// batch, whose observations are what was answered.
type ScanNews struct {
	ID    string    `json:"id"`
	From  []string  `json:"from,omitempty"` // addresses of the machine that asks
	State ScanState `json:"state"`
	Error string    `json:"error,omitempty"`
	ScanCounts
	Asked []ScanAsked `json:"asked,omitempty"`
	Ended Time        `json:"ended,omitempty"`
}

// ScannerHealth is what a process with sensors tells of the scans that it makes for the
// core.
type ScannerHealth struct {
	// Allowed tells that its own configuration lets it scan.
	Allowed bool `json:"allowed"`
	// Strongest, Exclude, Packets and SNMPPublic are its own bounds, which no order widens.
	Strongest  string   `json:"strongest_profile,omitempty" doc:"The strongest profile that a scan may have."`
	Exclude    []string `json:"exclude,omitempty"`
	Packets    int      `json:"packets_per_second,omitempty"`
	SNMPPublic string   `json:"snmp_public,omitempty"`
	// From are the addresses of its machine, and Links the networks of its links.
	From  []string       `json:"from,omitempty"`
	Links []netip.Prefix `json:"links,omitempty"`
	// Scans are the ids of those that it knows, also when they ended.
	Scans []string `json:"scans,omitempty"`
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
