package axis_test

import (
	"fmt"
	"testing"

	"github.com/heron-iot/heron/internal/probe/axis"
	"github.com/heron-iot/heron/internal/probe/probetest"
)

func answer() []byte {
	const body = `{"apiVersion":"1.3","data":{"propertyList":{"Brand":"AXIS","ProdFullName":"AXIS M3045-V Network Camera","ProdNbr":"M3045-V",` +
		`"ProdType":"Network Camera","SerialNumber":"020000000005","Version":"9.80.3"}}}`
	return fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
}

func TestProbe(t *testing.T) {
	t.Parallel()
	probetest.Run(t, axis.Probe(), []probetest.Case{
		{Name: "camera", Answer: answer(), Want: map[string]string{
			"service.protocol": "tcp/80/http", "http.content_type": "application/json", "http.device.vendor": "AXIS", "http.device.model": "M3045-V",
			"http.device.type": "Network Camera", "http.device.serial": "020000000005", "http.device.firmware": "9.80.3",
		}},
		{
			Name: "older", Answer: []byte("HTTP/1.1 404 Not Found\r\nServer: Apache\r\nContent-Length: 0\r\n\r\n"),
			Want: map[string]string{"service.protocol": "tcp/80/http", "http.server": "Apache"},
		},
	})
}

func FuzzProbe(f *testing.F) { probetest.Fuzz(f, axis.Probe(), answer()) }
