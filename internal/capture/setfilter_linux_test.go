package capture_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/capture"
)

// TestFilterIsExchangedWithoutLoss changes the filter of a running capture under
// traffic: every frame that all of the filters pass arrives.
func TestFilterIsExchangedWithoutLoss(t *testing.T) {
	t.Parallel()
	inNamespace(t, func(t *testing.T) {
		src := openLive(t, capture.LiveConfig{Interface: "lab1", RingBytes: 16 << 20, Idle: 100 * time.Millisecond})
		out := newSender(t, "lab0")
		const sent = 20_000
		var wg sync.WaitGroup
		wg.Go(func() {
			for i := range uint32(sent) {
				out.send(t, udpFrame(0, 53, i))
				if i%100 == 0 {
					time.Sleep(time.Millisecond)
				}
			}
		})
		stop := make(chan struct{})
		changes := 0
		var changer sync.WaitGroup
		changer.Go(func() {
			for ; ; changes++ {
				select {
				case <-stop:
					return
				default:
				}
				if err := capture.SetFilter(src, []string{"udp port 53", "", "not port 99"}[changes%3]); err != nil {
					t.Error(err)
					return
				}
			}
		})
		got, idle := 0, 0
		for idle < 5 && got < sent {
			var p heron.Packet
			switch err := src.Next(&p); {
			case err == nil:
				got++
				idle = 0
			case errors.Is(err, capture.ErrIdle):
				idle++
			default:
				t.Error(err)
				return
			}
		}
		wg.Wait()
		close(stop)
		changer.Wait()
		if s := src.Stats(); got != sent || s.KernelDrops != 0 || changes < 3 {
			t.Errorf("%d of %d frames over %d changes, %+v", got, sent, changes, s)
		}
		if err := capture.SetFilter(src, "port"); heron.ErrorCode(err) != heron.CodeInvalid {
			t.Errorf("a wrong filter: %v", err)
		}
	})
}
