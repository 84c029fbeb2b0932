package heron

// CredentialKind is what a credential is for.
type CredentialKind string

// The kinds of credentials.
const (
	SNMPCommunity CredentialKind = "snmp_community" // versions 1 and 2c
	SNMPUser      CredentialKind = "snmp_user"      // version 3
)

// Credential is what switches and routers are asked with: all there is to tell of it.
// Its secrets are sealed, and never leave the server.
type Credential struct {
	Name    string         `json:"name" doc:"As the configuration names it."`
	Kind    CredentialKind `json:"kind" enum:"snmp_community,snmp_user"`
	User    string         `json:"user,omitempty"`
	Auth    string         `json:"auth,omitempty" doc:"sha1, sha256, sha384, sha512; none when left out."`
	Privacy string         `json:"privacy,omitempty" doc:"aes; none when left out."`
	// Changed is when its secrets were set last, by whom.
	Changed   Time   `json:"changed"`
	ChangedBy string `json:"changed_by"`
	// Sealed are its Secrets, for the vault alone.
	Sealed string `json:"-"`
}

// Secrets are what is secret of a credential. They are never printed.
type Secrets struct {
	Community       string `json:"community,omitempty"`
	AuthPassword    string `json:"auth_password,omitempty"`
	PrivacyPassword string `json:"privacy_password,omitempty"`
}

// String hides them.
func (Secrets) String() string { return "secrets" }

// GoString hides them, too.
func (Secrets) GoString() string { return "secrets" }
