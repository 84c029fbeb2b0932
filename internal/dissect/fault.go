package dissect

import (
	"encoding/hex"
	"fmt"
	"runtime"
	"strconv"
	"strings"

	"github.com/heron-iot/heron"
)

// KindFault is the kind of event that tells of a bug in a dissector.
const KindFault = "sensor.fault"

// Bounds of what is told of faults.
const (
	maxFaultPlaces = 64 // places in the code, each told once
	maxFaultSample = 128
	maxFaultReason = 200
)

// fault counts a panic, and reports each place in the code that panics once,
// with what it takes to find the bug and nothing of what people sent.
func (d *Dispatcher) fault(m *heron.Message, reason any, where string) {
	d.faults++
	if d.reported[where] || len(d.reported) >= maxFaultPlaces {
		return
	}
	if d.reported == nil {
		d.reported = map[string]bool{}
	}
	d.reported[where] = true
	text := fmt.Sprint(reason)
	d.out.Begin(m, d.list[d.current].Name)
	d.out.Event(heron.Event{Kind: KindFault, Attrs: map[string]string{
		"protocol": d.list[d.current].Name, "reason": text[:min(len(text), maxFaultReason)], "where": where, "sample": sample(m.Payload),
	}})
}

// panicked names the function and line that the panic being recovered from
// began in. It is called by the deferred function's callee.
func panicked() string {
	var pcs [32]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	thrown := false
	for {
		f, more := frames.Next()
		switch {
		case strings.HasPrefix(f.Function, "runtime."):
			thrown = true
		case thrown:
			name := strings.TrimPrefix(f.Function, "github.com/heron-iot/heron/")
			return name + ":" + strconv.Itoa(f.Line)
		}
		if !more {
			return "unknown"
		}
	}
}

// sample is the start of a payload in hexadecimal with every letter made 'a' or
// 'A', every digit '0' and every high byte 0x80: the shape of a message, and no
// name or password in it.
func sample(b []byte) string {
	b = b[:min(len(b), maxFaultSample)]
	out := make([]byte, len(b))
	for i, c := range b {
		switch {
		case c >= 'a' && c <= 'z':
			c = 'a'
		case c >= 'A' && c <= 'Z':
			c = 'A'
		case c >= '0' && c <= '9':
			c = '0'
		case c >= 0x80:
			c = 0x80
		}
		out[i] = c
	}
	return hex.EncodeToString(out)
}
