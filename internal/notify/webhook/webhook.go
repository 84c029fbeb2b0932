// Package webhook is the notifier that posts signed JSON to a URL.
package webhook

import (
	"encoding/json"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/notify"
)

// Notifier returns the notifier.
func Notifier() notify.Notifier {
	return notify.Notifier{
		Name: "webhook",
		Doc:  "Posts each message as JSON to a URL, signed with HMAC-SHA256.",
		New: func(config json.RawMessage, secret func(string) (string, error)) (notify.Sender, error) {
			return nil, heron.Errorf(heron.CodeUnsupported, "not yet")
		},
	}
}
