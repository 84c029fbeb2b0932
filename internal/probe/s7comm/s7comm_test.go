package s7comm_test

import (
	"slices"
	"testing"

	"github.com/heron-iot/heron/internal/probe"
	"github.com/heron-iot/heron/internal/probe/probetest"
	"github.com/heron-iot/heron/internal/probe/s7comm"
	"github.com/heron-iot/heron/internal/proto/s7"
)

func record(index byte, text string, size int) []byte {
	b := append([]byte{0, index}, text...)
	return append(b, make([]byte, size-len(b))...)
}

// controller gives the answers of one.
func controller() [][]byte {
	module := append(record(1, "6ES7 315-2EH14-0AB0 ", 22), 0, 0xc0, 0, 4, 0, 1)
	return [][]byte{
		s7.Connect(s7.ConnectConfirm, 1, 2, 0, 2),
		s7.SetupJob(s7.Ack, 1),
		s7.SZL(2, 0x11, 0, module),
		s7.SZL(3, 0x1c, 0, record(1, "PLANT", 34), record(2, "CPU 315-2 PN/DP", 34), record(5, "S C-C2UR28922012", 34)),
	}
}

func TestProbe(t *testing.T) {
	t.Parallel()
	answers := controller()
	refused := []byte{3, 0, 0, 11, 6, 0x80, 0, 1, 0, 0, 3}
	probetest.Run(t, s7comm.Probe(), []probetest.Case{
		{Name: "controller", Answer: answers[0], Then: answers[1:], Want: map[string]string{
			"service.protocol": "tcp/102/s7comm", "s7.szl.module_name": "CPU 315-2 PN/DP",
			"s7.szl.order_number": "6ES7 315-2EH14-0AB0", "s7.szl.serial": "S C-C2UR28922012",
			"s7.szl.system_name": "PLANT",
		}},
		{Name: "nobody in the slot", Answer: refused, Want: map[string]string{"service.protocol": "tcp/102/cotp"}, Follows: []probe.Follow{{Probe: "s7comm", Path: "/slot/1"}}},
		{Name: "nobody in the other", Path: "/slot/1", Answer: refused, Want: map[string]string{"service.protocol": "tcp/102/cotp"}, Follows: []probe.Follow{{Probe: "mms"}}},
		{
			Name: "another protocol over ISO transport", Answer: answers[0], Then: [][]byte{{3, 0, 0, 11, 6, 0x80, 0, 1, 0, 0, 0}},
			Want: map[string]string{"service.protocol": "tcp/102/cotp"}, Follows: []probe.Follow{{Probe: "mms"}},
		},
	})
}

func FuzzProbe(f *testing.F) { probetest.Fuzz(f, s7comm.Probe(), slices.Concat(controller()...)) }
