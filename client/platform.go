package client

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"

	"github.com/heron-iot/heron"
)

// Session is who is logged in, and what the server is.
type Session struct {
	User       heron.User `json:"user"`
	CSRF       string     `json:"csrf"`
	Expires    heron.Time `json:"expires,omitempty"`
	Version    string     `json:"version"`
	Simulation bool       `json:"simulation"`
	Features   []string   `json:"features"`
}

// Login begins a session, which later requests use unless the Client has a token.
func (c *Client) Login(ctx context.Context, name, password string) (*Session, error) {
	s, err := send[Session](ctx, c, call{
		method: http.MethodPost, path: "login",
		body: map[string]string{"name": name, "password": password},
	})
	if err != nil {
		return nil, err
	}
	c.csrf.Store(&s.CSRF)
	return s, nil
}

// Logout ends the session.
func (c *Client) Logout(ctx context.Context) error {
	return c.do(ctx, call{method: http.MethodPost, path: "logout"}, nil)
}

// ChangePassword changes the own password and ends the user's other sessions.
func (c *Client) ChangePassword(ctx context.Context, current, next string) error {
	s, err := send[Session](ctx, c, call{
		method: http.MethodPost, path: "session/password",
		body: map[string]string{"current": current, "new": next},
	})
	if err == nil {
		c.csrf.Store(&s.CSRF)
	}
	return err
}

// Session says who asks, and what the server is.
func (c *Client) Session(ctx context.Context) (*Session, error) {
	return get[Session](ctx, c, "session", nil)
}

// Overview reads the first page.
func (c *Client) Overview(ctx context.Context) (*heron.Overview, error) {
	return get[heron.Overview](ctx, c, "overview", nil)
}

// Sensors reads all sensors.
func (c *Client) Sensors(ctx context.Context) ([]heron.Sensor, error) {
	return items[heron.Sensor](ctx, c, "sensors", nil)
}

// Sensor reads one sensor.
func (c *Client) Sensor(ctx context.Context, id string) (*heron.Sensor, error) {
	return get[heron.Sensor](ctx, c, path("sensors", id), nil)
}

// AddSensor lets a sensor in; the token it joins with is shown this once.
func (c *Client) AddSensor(ctx context.Context, name string) (sensor *heron.Sensor, token string, err error) {
	a, err := send[struct {
		Sensor heron.Sensor `json:"sensor"`
		Token  string       `json:"token"`
	}](ctx, c, call{method: http.MethodPost, path: "sensors", body: map[string]string{"name": name}})
	if err != nil {
		return nil, "", err
	}
	return &a.Sensor, a.Token, nil
}

// RemoveSensor forgets a sensor and refuses it from then on.
func (c *Client) RemoveSensor(ctx context.Context, id string) error {
	return c.do(ctx, call{method: http.MethodDelete, path: path("sensors", id)}, nil)
}

// ConfigureSensor tells a sensor what to capture, and its limits; nil fields are
// as the sensor's own configuration says. Health of the answer says what became
// of it, where the sensor is there.
func (c *Client) ConfigureSensor(ctx context.Context, id string, want heron.SensorConfig) (*heron.Sensor, error) {
	return send[heron.Sensor](ctx, c, call{method: http.MethodPut, path: path("sensors", id, "config"), body: want})
}

// Zones reads all zones.
func (c *Client) Zones(ctx context.Context) ([]heron.Zone, error) {
	return items[heron.Zone](ctx, c, "zones", nil)
}

// PutZone stores a zone: a new one where z.ID is "".
func (c *Client) PutZone(ctx context.Context, z heron.Zone) (*heron.Zone, error) {
	body := map[string]any{"name": z.Name, "kind": z.Kind, "prefixes": z.Prefixes}
	if z.Purdue != nil {
		body["purdue_level"] = *z.Purdue
	}
	if z.Criticality != "" {
		body["criticality"] = z.Criticality
	}
	r := call{method: http.MethodPost, path: "zones", body: body}
	if z.ID != "" {
		r.method, r.path = http.MethodPut, path("zones", z.ID)
	}
	return send[heron.Zone](ctx, c, r)
}

// DeleteZone removes a zone.
func (c *Client) DeleteZone(ctx context.Context, id string) error {
	return c.do(ctx, call{method: http.MethodDelete, path: path("zones", id)}, nil)
}

// Uploads reads the capture files given to the server.
func (c *Client) Uploads(ctx context.Context) ([]heron.Upload, error) {
	return items[heron.Upload](ctx, c, "uploads", nil)
}

// Upload gives the server a capture file to analyse; body is streamed.
func (c *Client) Upload(ctx context.Context, name string, body io.Reader) (*heron.Upload, error) {
	return send[heron.Upload](ctx, c, call{
		method: http.MethodPost, path: "uploads",
		query: url.Values{"name": {name}}, raw: body,
	})
}

// Users reads all users.
func (c *Client) Users(ctx context.Context) ([]heron.User, error) {
	return items[heron.User](ctx, c, "users", nil)
}

// CreateUser adds a user.
func (c *Client) CreateUser(ctx context.Context, name string, role heron.Role, password string) (*heron.User, error) {
	return send[heron.User](ctx, c, call{
		method: http.MethodPost, path: "users",
		body: map[string]any{"name": name, "role": role, "password": password},
	})
}

// UserChange is what changes of a user; nil leaves it as it is.
type UserChange struct {
	Role     *heron.Role `json:"role,omitempty"`
	Disabled *bool       `json:"disabled,omitempty"`
	Password *string     `json:"password,omitempty"`
}

// UpdateUser changes a user and ends the user's sessions.
func (c *Client) UpdateUser(ctx context.Context, id string, change UserChange, version int64) (*heron.User, error) {
	return send[heron.User](ctx, c, call{method: http.MethodPatch, path: path("users", id), body: change, match: version})
}

// DeleteUser removes a user and the user's tokens.
func (c *Client) DeleteUser(ctx context.Context, id string) error {
	return c.do(ctx, call{method: http.MethodDelete, path: path("users", id)}, nil)
}

// Tokens reads all API tokens, without their secrets.
func (c *Client) Tokens(ctx context.Context) ([]heron.Token, error) {
	return items[heron.Token](ctx, c, "tokens", nil)
}

// CreateToken makes an API token; the secret is shown this once. It never
// expires when expires is 0.
func (c *Client) CreateToken(
	ctx context.Context, name string, role heron.Role, expires heron.Time,
) (token *heron.Token, secret string, err error) {
	a, err := send[struct {
		Token  heron.Token `json:"token"`
		Secret string      `json:"secret"`
	}](ctx, c, call{
		method: http.MethodPost, path: "tokens",
		body: map[string]any{"name": name, "role": role, "expires": expires},
	})
	if err != nil {
		return nil, "", err
	}
	return &a.Token, a.Secret, nil
}

// DeleteToken revokes an API token.
func (c *Client) DeleteToken(ctx context.Context, id string) error {
	return c.do(ctx, call{method: http.MethodDelete, path: path("tokens", id)}, nil)
}

// Receiver is a place that news of alerts is sent to.
type Receiver struct {
	Name        string          `json:"name"`
	Notifier    string          `json:"notifier"`
	Enabled     bool            `json:"enabled"`
	MinSeverity heron.Severity  `json:"min_severity"`
	Config      json.RawMessage `json:"config"` // secrets are masked when read
}

// Receivers reads where news of alerts is sent.
func (c *Client) Receivers(ctx context.Context) ([]Receiver, error) {
	return items[Receiver](ctx, c, "settings/notifiers", nil)
}

// PutReceivers replaces all receivers.
func (c *Client) PutReceivers(ctx context.Context, list []Receiver) error {
	return c.do(ctx, call{method: http.MethodPut, path: "settings/notifiers", body: map[string]any{"items": list}}, nil)
}

// TestReceiver sends a test message to one receiver.
func (c *Client) TestReceiver(ctx context.Context, name string) error {
	return c.do(ctx, call{
		method: http.MethodPost, path: "settings/notifiers/test",
		body: map[string]string{"name": name},
	}, nil)
}
