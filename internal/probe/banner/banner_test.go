package banner_test

import (
	"testing"

	"github.com/heron-iot/heron/internal/probe/banner"
	"github.com/heron-iot/heron/internal/probe/probetest"
)

func TestProbe(t *testing.T) {
	t.Parallel()
	probetest.Run(t, banner.Probe(), []probetest.Case{
		{Name: "file server", Answer: []byte("220 ProFTPD 1.3.5 Server (NAS) [192.0.2.5]\r\n"), Want: map[string]string{
			"service.protocol": "tcp/21/ftp", "ftp.banner": "ProFTPD 1.3.5 Server (NAS) [192.0.2.5]",
		}},
		{Name: "terminal", Answer: []byte("\xff\xfd\x18\xff\xfb\x01\r\nBusyBox v1.19.4\r\nrouter login: "), Want: map[string]string{
			"service.protocol": "tcp/21/telnet", "telnet.banner": "BusyBox v1.19.4  router login:",
		}},
		{Name: "mail", Answer: []byte("220 mail.example ESMTP Postfix\r\n"), Want: map[string]string{
			"service.protocol": "tcp/21/smtp", "smtp.banner": "mail.example ESMTP Postfix",
		}},
		{Name: "screen", Answer: []byte("RFB 003.008\n"), Want: map[string]string{
			"service.protocol": "tcp/21/vnc", "vnc.version": "3.8",
		}},
	})
}

func FuzzProbe(f *testing.F) { probetest.Fuzz(f, banner.Probe(), []byte("220 ready\r\n")) }
