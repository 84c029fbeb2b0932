package dissect

// Names of the interfaces of DCE/RPC whose answers are read.
const (
	rpcMapper   = "epmapper"
	rpcResolver = "oxid"
)

// uuid is a number of 16 octets, in the order in which it is written.
type uuid [16]byte

// rpcKnown is an interface that has a name. Calls of a watched one are reported.
type rpcKnown struct {
	id      uuid
	name    string
	watched bool
}

// rpcInterfaces are the well-known ones ([MS-RPCE] §1.9 and the documents of each).
var rpcInterfaces = [...]rpcKnown{
	{rpcID("e1af8308 5d1f 11c9 91a4 08002b14a0fa"), rpcMapper, false},
	{rpcID("99fcfec4 5260 101b bbcb 00aa0021347a"), rpcResolver, false},
	{rpcID("000001a0 0000 0000 c000 000000000046"), "isystemactivator", true},
	{rpcID("4d9f4ab8 7d1c 11cf 861e 0020af6e7c57"), "iactivation", true},
	{rpcID("00000131 0000 0000 c000 000000000046"), "iremunknown", false},
	{rpcID("00000143 0000 0000 c000 000000000046"), "iremunknown2", false},
	{rpcID("367abb81 9844 35f1 ad32 98f038001003"), "svcctl", true},
	{rpcID("1ff70682 0a51 30e8 076d 740be8cee98b"), "atsvc", true},
	{rpcID("86d35949 83c9 4044 b424 db363231fd0c"), "itaskschedulerservice", true},
	{rpcID("338cd001 2244 31f1 aaaa 900038001003"), "winreg", true},
	{rpcID("e3514235 4b06 11d1 ab04 00c04fc2dcd2"), "drsuapi", true},
	{rpcID("12345778 1234 abcd ef00 0123456789ac"), "samr", true},
	{rpcID("12345778 1234 abcd ef00 0123456789ab"), "lsarpc", false},
	{rpcID("12345678 1234 abcd ef00 01234567cffb"), "netlogon", false},
	{rpcID("4b324fc8 1670 01d3 1278 5a47bf6ee188"), "srvsvc", false},
	{rpcID("6bffd098 a112 3610 9833 46c3f87e345a"), "wkssvc", false},
	{rpcID("12345678 1234 abcd ef00 0123456789ab"), "spoolss", true},
	{rpcID("82273fdc e32a 18c3 3f78 827929dc23ea"), "eventlog", false},
	{rpcID("f309ad18 d86a 11d0 a075 00c04fb68820"), "iwbemlevel1login", true},
	{rpcID("9556dc99 828c 11cf a37e 00aa003240c7"), "iwbemservices", true},
	{rpcID("c681d488 d850 11d0 8c52 00c04fd90f7e"), "efsrpc", true},
	{rpcID("39c13a4d 011e 11d0 9675 0020afd8adb3"), "iopcserver", false},
	{rpcID("39c13a50 011e 11d0 9675 0020afd8adb3"), "iopcgroupstatemgt", false},
	{rpcID("39c13a52 011e 11d0 9675 0020afd8adb3"), "iopcsyncio", true},
	{rpcID("13486d50 4821 11d2 a494 3cb306c10000"), "iopcserverlist", false},
}

// rpcID reads a number as it is written, with spaces. It is for constants.
func rpcID(s string) uuid {
	var u uuid
	n := 0
	for i := range len(s) {
		c := s[i]
		if c == ' ' {
			continue
		}
		v := c - '0'
		if c >= 'a' {
			v = c - 'a' + 10
		}
		u[n/2] = u[n/2]<<4 | v
		n++
	}
	return u
}
