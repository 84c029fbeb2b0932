package httpapi

import (
	"bytes"
	"encoding/json"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/heron-iot/heron"
)

// describe finishes the OpenAPI description: what the framework cannot see.
func (s *Server) describe(b *builder) error {
	o := b.api.OpenAPI()
	o.Info = &huma.Info{
		Title: "Heron", Version: "v1",
		Description: "Agentless security for IoT and OT networks. See docs/api.md for a guide.",
		License:     &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"},
	}
	o.Servers = []*huma.Server{{URL: "/"}}
	o.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"session": {
			Type: "apiKey", In: "cookie", Name: cookieName(false),
			Description: "Set by login; " + cookieName(true) + " over TLS. Changes need the header " + csrfHeader + ", too.",
		},
		"token": {Type: "http", Scheme: "bearer", BearerFormat: tokenPrefix + "…", Description: "API token."},
	}
	o.Tags = tags()
	describeUpload(o)
	describeImport(o)
	describeLive(o)
	settle(o)
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(o); err != nil {
		return err
	}
	s.spec = buf.Bytes()
	return nil
}

// tags are the chapters of the description, in reading order.
func tags() []*huma.Tag {
	return []*huma.Tag{
		{Name: "session", Description: "Logging in and out"},
		{Name: "overview", Description: "Am I all right?"},
		{Name: "devices", Description: "What is on the network, and why we think so"},
		{Name: "alerts", Description: "What happened"},
		{Name: "vulnerabilities", Description: "What could happen"},
		{Name: "risk", Description: "How bad it is, and compliance"},
		{Name: "actions", Description: "Doing something about it"},
		{Name: "live", Description: "Changes as they happen"},
		{Name: "sensors", Description: "Who watches"},
		{Name: "zones", Description: "Parts of the network"},
		{Name: "uploads", Description: "Capture files"},
		{Name: "users", Description: "Users and API tokens"},
		{Name: "settings", Description: "Settings"},
		{Name: "audit", Description: "Who did what"},
	}
}

// describeLive describes the live stream, which is not the framework's route.
func describeLive(o *huma.OpenAPI) {
	text := &huma.Schema{Type: huma.TypeString}
	o.AddOperation(&huma.Operation{
		Method: http.MethodGet, Path: livePath, OperationID: "live", Tags: []string{"live"},
		Summary: "Live stream (WebSocket)",
		Description: "Upgrade to a WebSocket. The first message is {\"type\":\"hello\",\"seq\":N}, repeated as a sign of life; then come live " +
			"messages with the same nouns as the REST routes. {\"type\":\"reset\"} says that since is too old: read " +
			"everything anew. {\"type\":\"resume\",\"seq\":N} says that the reader was too slow: connect again with " +
			"since=N.\n\nRole: " + heron.Viewer.String() + ".",
		Security: []map[string][]string{{"session": {}}, {"token": {}}},
		Parameters: []*huma.Param{
			{
				Name: "since", In: "query", Description: "Go on after this sequence number.",
				Schema: &huma.Schema{Type: huma.TypeInteger, Format: "int64"},
			},
			{Name: "kinds", In: "query", Description: "Comma-separated kinds of message; all when left out.", Schema: text},
		},
		Responses: map[string]*huma.Response{
			"101":     {Description: "Switching Protocols"},
			"default": problemResponse(),
		},
	})
}
