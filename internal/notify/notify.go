// Package notify tells people and systems about alerts. It holds what a
// notifier is and the delivery loop: due rows of the outbox are sent, retried
// with backoff, and given up loudly. One folder below it holds one kind of
// receiver; all lists them; notifytest is their suite.
package notify

import (
	"context"
	"encoding/json"

	"github.com/heron-iot/heron"
)

// Notifier describes one kind of receiver.
type Notifier struct {
	Name string // as in configuration: webhook
	Doc  string
	// New decodes config strictly and checks it. Secrets in it are references
	// that secret resolves.
	New func(config json.RawMessage, secret func(ref string) (string, error)) (Sender, error)
}

// Sender delivers messages to one receiver.
type Sender interface {
	// Send delivers m. retry tells whether trying again could help. Errors name
	// no secret: no token, no password, no URL with either.
	Send(ctx context.Context, m Message) (retry bool, err error)
}

// Message is the news of one alert.
type Message struct {
	// ID is the idempotency key: the same delivery tried again has the same.
	ID     string        `json:"id"`
	Kind   string        `json:"kind"` // alert.raised, alert.closed, test
	Time   heron.Time    `json:"time"`
	Alert  heron.Alert   `json:"alert"`
	Device *heron.Device `json:"device,omitempty"`
	// Link is the page about the alert, when the server knows its own address.
	Link string `json:"link,omitempty"`
}
