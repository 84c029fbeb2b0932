// Package all lists the detectors of Heron. A detector is in the product when
// it is in this list, and nowhere else.
package all

import (
	"github.com/heron-iot/heron/internal/detect"
	"github.com/heron-iot/heron/internal/detect/arpspoof"
	"github.com/heron-iot/heron/internal/detect/botnet"
	"github.com/heron-iot/heron/internal/detect/loss"
	"github.com/heron-iot/heron/internal/detect/newdevice"
	"github.com/heron-iot/heron/internal/detect/portscan"
	"github.com/heron-iot/heron/internal/detect/volume"
)

// Detectors returns every detector, by package name.
func Detectors() []detect.Detector {
	return []detect.Detector{
		arpspoof.Detector(),
		botnet.Detector(),
		loss.Detector(),
		newdevice.Detector(),
		portscan.Detector(),
		volume.Detector(),
	}
}
