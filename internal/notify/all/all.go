// Package all lists the notifiers.
package all

import (
	"github.com/heron-iot/heron/internal/notify"
	"github.com/heron-iot/heron/internal/notify/webhook"
)

// Notifiers returns every notifier, by name.
func Notifiers() []notify.Notifier {
	return []notify.Notifier{
		webhook.Notifier(),
	}
}
