package fox_test

import (
	"testing"

	"github.com/heron-iot/heron/internal/probe/fox"
	"github.com/heron-iot/heron/internal/probe/probetest"
)

const station = "fox a 0 -1 fox hello\n{\nfox.version=s:1.0.1\nid=i:78\nhostName=s:192.0.2.5\nhostAddress=s:192.0.2.5\n" +
	"app.name=s:Station\napp.version=s:3.8.38\nos.name=s:QNX\nos.version=s:6.4.1\nstation.name=s:PlantRoom\n" +
	"hostId=s:Qnx-JACE7-0000-1111-2222-3333\nbrandId=s:vykon\n};;\n"

func TestProbe(t *testing.T) {
	t.Parallel()
	probetest.Run(t, fox.Probe(), []probetest.Case{
		{Name: "station", Answer: []byte(station), Want: map[string]string{
			"service.protocol": "tcp/1911/fox", "fox.app_name": "Station", "fox.app_version": "3.8.38",
			"fox.brand_id": "vykon", "fox.host_address": "192.0.2.5", "fox.host_id": "Qnx-JACE7-0000-1111-2222-3333",
			"fox.host_name": "192.0.2.5", "fox.os_name": "QNX", "fox.os_version": "6.4.1",
			"fox.station_name": "PlantRoom", "fox.version": "1.0.1",
		}},
		{Name: "busy", Answer: []byte("fox a 0 -1 fox rejected\n{\nreason=s:busy\n};;\n"), Want: map[string]string{
			"service.protocol": "tcp/1911/fox",
		}},
	})
}

func FuzzProbe(f *testing.F) { probetest.Fuzz(f, fox.Probe(), []byte(station)) }
