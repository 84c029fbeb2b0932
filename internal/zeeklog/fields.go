package zeeklog

import (
	"strconv"
	"strings"

	"github.com/heron-iot/heron"
)

// head is what every line about a connection begins with.
type head struct {
	Time  float64 `json:"ts"` // seconds since 1970
	UID   string  `json:"uid,omitempty"`
	OrigH string  `json:"id.orig_h"`
	OrigP uint16  `json:"id.orig_p"`
	RespH string  `json:"id.resp_h"`
	RespP uint16  `json:"id.resp_p"`
}

// conn is a line of conn.log.
type conn struct {
	head
	Proto       string  `json:"proto"`
	Service     string  `json:"service,omitempty"`
	Duration    float64 `json:"duration,omitempty"`
	ConnState   string  `json:"conn_state"`
	OrigPkts    uint64  `json:"orig_pkts"`
	OrigIPBytes uint64  `json:"orig_ip_bytes"`
	RespPkts    uint64  `json:"resp_pkts"`
	RespIPBytes uint64  `json:"resp_ip_bytes"`
	VLAN        uint16  `json:"vlan,omitempty"`
	OrigL2      string  `json:"orig_l2_addr,omitempty"`
	RespL2      string  `json:"resp_l2_addr,omitempty"`
}

// dns is a line of dns.log.
type dns struct {
	head
	Proto   string   `json:"proto"`
	Query   string   `json:"query"`
	Type    string   `json:"qtype_name,omitempty"`
	Rcode   string   `json:"rcode_name,omitempty"`
	Answers []string `json:"answers,omitempty"`
}

// modbus is a line of modbus.log.
type modbus struct {
	head
	Unit      *int   `json:"unit,omitempty"`
	Func      string `json:"func,omitempty"`
	Exception string `json:"exception,omitempty"`
	Address   string `json:"address,omitempty"`
	Count     string `json:"quantity,omitempty"`
}

// other is a line of heron_event.log.
type other struct {
	head
	Kind  string            `json:"kind"`
	Attrs map[string]string `json:"attrs,omitempty"`
}

// notice is a line of notice.log.
type notice struct {
	Time     float64 `json:"ts"`
	Note     string  `json:"note"`
	Msg      string  `json:"msg"`
	Src      string  `json:"src,omitempty"`
	Dst      string  `json:"dst,omitempty"`
	N        uint64  `json:"n,omitempty"`
	Severity string  `json:"severity"`
}

// known is a line of known_hosts.log, and with a port of known_services.log.
type known struct {
	Time    float64  `json:"ts"`
	Host    string   `json:"host"`
	Port    uint16   `json:"port_num,omitempty"`
	Proto   string   `json:"port_proto,omitempty"`
	Service []string `json:"service,omitempty"`
}

func seconds(t heron.Time) float64 { return float64(t) / float64(heron.Second) }

// address is how an end is written: the MAC where there is no IP address.
func address(e heron.Endpoint) string {
	if e.IP.IsValid() {
		return e.IP.String()
	}
	return e.MAC.String()
}

func connOf(f *heron.Flow) conn {
	c := conn{
		head: head{
			Time: seconds(f.First), UID: uid(f.ID), OrigH: address(f.Client), OrigP: f.ClientPort,
			RespH: address(f.Server), RespP: f.ServerPort,
		},
		Proto: f.Transport.String(), Service: f.Protocol, Duration: seconds(f.Last - f.First), ConnState: connState(f),
		OrigPkts: f.ClientPackets, OrigIPBytes: f.ClientBytes, RespPkts: f.ServerPackets, RespIPBytes: f.ServerBytes,
		VLAN: f.Client.VLAN,
	}
	if !f.Client.MAC.IsZero() {
		c.OrigL2 = f.Client.MAC.String()
	}
	if !f.Server.MAC.IsZero() {
		c.RespL2 = f.Server.MAC.String()
	}
	return c
}

// connState is Zeek's word for how a connection went.
func connState(f *heron.Flow) string {
	answered := f.ServerPackets > 0
	switch {
	case f.Transport != heron.TCP && answered && f.ClientPackets > 0:
		return "SF"
	case f.Transport != heron.TCP:
		return "S0"
	case f.State == heron.FlowRejected:
		return "REJ"
	case f.State == heron.FlowClosed:
		return "SF"
	case f.State == heron.FlowReset && answered:
		return "RSTO"
	case f.State == heron.FlowReset:
		return "RSTOS0"
	case f.State == heron.FlowUnanswered, f.State == heron.FlowAttempt, !answered:
		return "S0"
	case f.ClientPackets == 0:
		return "OTH"
	}
	return "S1"
}

func dnsOf(h head, e *heron.Event) dns {
	rcode := strings.ToUpper(e.Attrs["rcode"])
	return dns{
		head: h, Proto: e.Transport.String(), Query: e.Attrs["name"], Type: e.Attrs["type"], Rcode: rcode,
		Answers: strings.Fields(e.Attrs["answers"]),
	}
}

func modbusOf(h head, e *heron.Event) modbus {
	m := modbus{head: h, Func: functionName(e.Attrs["function"]), Address: e.Attrs["address"], Count: e.Attrs["count"]}
	if unit, err := strconv.Atoi(e.Attrs["unit"]); err == nil {
		m.Unit = &unit
	}
	if code := e.Attrs["code"]; code != "" {
		m.Exception = exceptionName(code)
	}
	return m
}

// functionName is the name of a Modbus function as Zeek writes it.
func functionName(number string) string {
	switch number {
	case "1":
		return "READ_COILS"
	case "2":
		return "READ_DISCRETE_INPUTS"
	case "3":
		return "READ_HOLDING_REGISTERS"
	case "4":
		return "READ_INPUT_REGISTERS"
	case "5":
		return "WRITE_SINGLE_COIL"
	case "6":
		return "WRITE_SINGLE_REGISTER"
	case "7":
		return "READ_EXCEPTION_STATUS"
	case "8":
		return "DIAGNOSTICS"
	case "15":
		return "WRITE_MULTIPLE_COILS"
	case "16":
		return "WRITE_MULTIPLE_REGISTERS"
	case "17":
		return "REPORT_SLAVE_ID"
	case "20":
		return "READ_FILE_RECORD"
	case "21":
		return "WRITE_FILE_RECORD"
	case "22":
		return "MASK_WRITE_REGISTER"
	case "23":
		return "READ_WRITE_MULTIPLE_REGISTERS"
	case "24":
		return "READ_FIFO_QUEUE"
	case "43":
		return "ENCAP_INTERFACE_TRANSPORT"
	}
	return "unknown-" + number
}

// exceptionName is the name of a Modbus exception as Zeek writes it.
func exceptionName(code string) string {
	switch code {
	case "1":
		return "ILLEGAL_FUNCTION"
	case "2":
		return "ILLEGAL_DATA_ADDRESS"
	case "3":
		return "ILLEGAL_DATA_VALUE"
	case "4":
		return "SLAVE_DEVICE_FAILURE"
	case "5":
		return "ACKNOWLEDGE"
	case "6":
		return "SLAVE_DEVICE_BUSY"
	case "8":
		return "MEMORY_PARITY_ERROR"
	}
	return "unknown-" + code
}
