package heron

// Role is what a user or token may do. Each includes those before it.
type Role uint8

// The roles.
const (
	NoRole   Role = iota
	Viewer        // reads
	Analyst       // triages alerts, names and merges devices, uploads captures
	Operator      // runs actions
	Admin         // users, tokens, sensors, settings
)

var roleNames = [...]string{"none", "viewer", "analyst", "operator", "admin"}

func (r Role) String() string { return enumName(roleNames[:], int(r)) }

// MarshalText implements encoding.TextMarshaler.
func (r Role) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (r *Role) UnmarshalText(b []byte) error { return parseEnum(r, "role", roleNames[:], b) }

// User is someone who may log in.
type User struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Role     Role   `json:"role"`
	Disabled bool   `json:"disabled,omitempty"`
	Created  Time   `json:"created"`
	LastSeen Time   `json:"last_seen,omitempty"`
	// PasswordHash is an argon2id string (RFC 9106); it never leaves the store and httpapi.
	PasswordHash string `json:"-"`
	Version      int64  `json:"version"`
}

// Token is a key for programs. Only a hash of it is kept.
type Token struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Role     Role   `json:"role"`
	Hash     string `json:"-"` // hex SHA-256 of the secret
	Created  Time   `json:"created"`
	Expires  Time   `json:"expires,omitempty"`
	LastUsed Time   `json:"last_used,omitempty"`
	Owner    string `json:"owner"` // user name
}

// Session is a logged-in browser. Only a hash of its cookie is kept.
type Session struct {
	Hash    string `json:"-"` // hex SHA-256 of the cookie
	UserID  string `json:"user_id"`
	CSRF    string `json:"-"`
	Created Time   `json:"created"`
	Expires Time   `json:"expires"`
	Source  string `json:"source,omitempty"`
}
