package lab_test

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/heron-iot/heron/internal/lab"
	"github.com/heron-iot/heron/internal/proto/bacnet"
	"github.com/heron-iot/heron/internal/proto/dlms"
	"github.com/heron-iot/heron/internal/proto/s7"
)

// Whatever a stranger sends, no service panics or uses more than it was given.
func FuzzAnswer(f *testing.F) {
	site, err := lab.NewSite(1, 0)
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range []string{
		"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab", "POST /ipp/print HTTP/1.1\r\nContent-Length: 8\r\n\r\n\x01\x01\x00\x0b\x00\x00\x00\x01",
		"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n", "M-SEARCH * HTTP/1.1\r\nST: ssdp:all\r\n\r\n", "root\r\nxc3511\r\n\xff\xfb\x01ls\r\n",
		"\x10\x0e\x00\x04MQTT\x04\x02\x00\x3c\x00\x02ab\x82\x06\x00\x01\x00\x01#\x00", "SSH-2.0-x\r\n", "irobotmcs", "discover;013;",
		"\x00\x01\x00\x00\x00\x06\x01\x03\x00\x00\x00\x02", "\x0bMSH|^~\\&|a|b|c|d|e||f|1|P\r\x1c\r",
		"\x63\x00\x00\x00" + strings.Repeat("\x00", 20), "\x80\x00\x02\x00\x00\x00\x00\xfe\x00\x01\x05\x01\x00", "\x50\x00\x00\xff\xff\x03\x00\x06\x00\x10\x00\x01\x01\x00\x00",
		"\x03\x66\x14\x71\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x10\x27\x00\x00\x00\x00", "\x01I90200\n", "\x01\x00\x03\x00\x00\x02\x00\x0d\x02\x80\x00\x00\x82",
		"\x06\x10\x02\x03\x00\x0e\x08\x01\x00\x00\x00\x00\x00\x00", "\x00\x0b\x01\x0a\x05Heron\x10\x01\x18\x09\x00\x00\x09", "\x01\x00\x00", "{\"method\":\"getSystemConfig\"}",
		"\x02\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x46\x3c\xb5\xd3", "ISCP\x00\x00\x00\x10\x00\x00\x00\x0b\x01\x00\x00\x00!xECNQSTN\r\n",
		"\x06\x00\xff\x07\x00\x00\x00\x00\x00\x00\x00\x00\x00\x09\x20\x18\xc8\x81\x00\x38\x8e\x04\xb5", "\x00\x00\x00\x08\x04\xd2\x16\x2f", "\x40\x01\x48\x01\xbb.well-known\x04core",
		"\x05\x00\x00\x00\x00\x04\x00\x00\x00\x00", "\x00\x00\x00\x44\xfeSMB" + strings.Repeat("\x00", 64), "BJNP\x01\x30\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00",
		"{\"id\":1}\r\n", "{\"id\":", "\x00\x00\x00\x02ab", "USER x\r\nQUIT\r\n", "\x1b%-12345X@PJL INFO ID\r\n",
	} {
		f.Add([]byte(s))
	}
	dns, _ := hex.DecodeString("0001010000010000000000000377777707657861" + "6d706c6503636f6d0000010001")
	f.Add(dns)
	f.Add(dlms.AppendWrapper(nil, 16, 1, []byte("\xc0\x01\xc1\x00\x01\x00\x00\x2a\x00\x00\xff\x02\x00")))
	f.Add(s7.Connect(s7.ConnectRequest, 0, 1, 0, 1))
	f.Add(s7.ReadSZL(1, 0x11, 0))
	f.Add(bacnet.AppendReadProperty(nil, 1, 2, 3))
	f.Fuzz(func(t *testing.T, b []byte) {
		if who := lab.AnswerAll(site, b); who != "" {
			t.Errorf("%s used more than it was given", who)
		}
	})
}
