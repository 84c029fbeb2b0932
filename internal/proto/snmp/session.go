package snmp

import (
	"bytes"
	"crypto/hmac"
	"encoding/binary"
	"errors"
	"slices"

	"github.com/heron-iot/heron/internal/wire"
)

// Of version 3 (RFC 3412 §6, RFC 3414 §2.4).
const (
	userModel      = 3
	flagAuth       = 1
	flagPrivate    = 2
	flagReportable = 4
	maxMessage     = 65507
	maxEngine      = 32
	saltSize       = 8
	maxBoots       = 1<<31 - 1
)

// ErrSecurity is what Open returns for a message whose code or secrecy is not the
// user's.
var ErrSecurity = errors.New("the message is not secured as the user's are")

// Session is a conversation with one engine in the name of a user. It is used from
// one goroutine.
type Session struct {
	user  User
	auth  authentication
	salt  uint64
	id    int // of the last message
	known bool
	// context is whose objects are asked for, as "vlan-20"; "" are those of the agent itself.
	context string

	engine         []byte
	boots, seconds int
	authKey        []byte
	privKey        []byte
}

// NewSession begins a conversation; salt must never be the same for one user twice.
func NewSession(u User, salt uint64) *Session {
	return &Session{user: u, auth: authentications[u.Auth], salt: salt}
}

// Known reports whether the engine is known. Until it is, Seal asks for it, and Open
// learns it from the answer, a Report.
func (s *Session) Known() bool { return s.known }

// In makes what is sealed from now on a question about a context (RFC 3411 §3.3.1); "" is
// the agent itself.
func (s *Session) In(context string) { s.context = context }

// Seal writes a message for the engine. While that is not known, it is the question
// for it (RFC 3414 §4).
func (s *Session) Seal(m *Message) ([]byte, error) {
	s.id = (s.id + 1) & maxBoots
	flags := flagReportable
	scoped := tlv(nil, TagString, s.engine)
	if !s.known {
		scoped = tlv(scoped, TagString, nil)
		empty := Message{Kind: Get, RequestID: m.RequestID}
		scoped = tlv(nil, TagSequence, empty.appendPDU(scoped))
		return s.message(flags, "", 0, nil, scoped), nil
	}
	scoped = tlv(scoped, TagString, []byte(s.context))
	scoped = tlv(nil, TagSequence, m.appendPDU(scoped))
	var salt []byte
	if s.user.Privacy != "" {
		s.salt++
		salt = binary.BigEndian.AppendUint64(nil, s.salt)
		hidden, err := cfb(s.privKey, s.boots, s.seconds, salt, scoped, false)
		if err != nil {
			return nil, err
		}
		flags |= flagPrivate
		scoped = tlv(nil, TagString, hidden)
	}
	if s.user.Auth == "" {
		return s.message(flags, s.user.Name, 0, salt, scoped), nil
	}
	out := s.message(flags|flagAuth, s.user.Name, s.auth.sent, salt, scoped)
	// The code stands before the salt and what is carried.
	end := len(out) - len(scoped) - len(tlv(nil, TagString, salt))
	copy(out[end-s.auth.sent:end], s.auth.code(s.authKey, out))
	return out, nil
}

// message writes a message with room for a code.
func (s *Session) message(flags int, user string, code int, salt, scoped []byte) []byte {
	global := tlv(nil, TagInteger, integer(s.id))
	global = tlv(global, TagInteger, integer(maxMessage))
	global = tlv(global, TagString, []byte{byte(flags)})
	global = tlv(global, TagInteger, integer(userModel))
	security := tlv(nil, TagString, s.engine)
	security = tlv(security, TagInteger, integer(s.boots))
	security = tlv(security, TagInteger, integer(s.seconds))
	security = tlv(security, TagString, []byte(user))
	security = tlv(security, TagString, make([]byte, code))
	security = tlv(security, TagString, salt)
	body := tlv(nil, TagInteger, integer(Version3))
	body = tlv(body, TagSequence, global)
	body = tlv(body, TagString, tlv(nil, TagSequence, security))
	return tlv(nil, TagSequence, append(body, scoped...))
}

// secured is a message of version 3 as it came.
type secured struct {
	id, flags      int
	engine         []byte
	boots, seconds int
	user           []byte
	code, salt     []byte
	codeAt         int // where the code is in the message
	rest           wire.Reader
}

// readSecured reads the head of a message of version 3, which must be all of b.
func readSecured(b []byte) (*secured, error) {
	r := wire.NewReader(b)
	body := element(&r, TagSequence)
	version := readInt(&body)
	global := element(&body, TagSequence)
	m := &secured{id: readInt(&global)}
	readInt(&global) // the largest message taken
	flags := element(&global, TagString)
	m.flags = flags.U8()
	model := readInt(&global)
	parameters := element(&body, TagString)
	security := element(&parameters, TagSequence)
	engine := element(&security, TagString)
	m.boots, m.seconds = readInt(&security), readInt(&security)
	user, code := element(&security, TagString), element(&security, TagString)
	m.engine, m.user, m.code = engine.Rest(), user.Rest(), code.Rest()
	m.codeAt = len(b) - r.Len() - body.Len() - parameters.Len() - security.Len() - len(m.code)
	salt := element(&security, TagString)
	m.salt, m.rest = salt.Rest(), body
	for _, err := range []error{r.Err(), body.Err(), global.Err(), flags.Err(), parameters.Err(), security.Err()} {
		if err != nil {
			return nil, ErrNotSNMP
		}
	}
	if version != Version3 || model != userModel || len(m.engine) > maxEngine || r.Len() > 0 || m.boots < 0 || m.seconds < 0 {
		return nil, ErrNotSNMP
	}
	return m, nil
}

// Open reads a message of the engine. A Report that tells of the engine, or of its
// clock, is taken to heart and returned: then the question is to be sealed anew.
func (s *Session) Open(b []byte) (*Message, error) {
	in, err := readSecured(b)
	if err != nil {
		return nil, err
	}
	if in.id != s.id {
		return nil, ErrSecurity
	}
	if !s.known {
		return s.meet(in)
	}
	if !bytes.Equal(in.engine, s.engine) {
		return nil, ErrSecurity
	}
	if err := s.verify(in, b); err != nil {
		return nil, err
	}
	scoped := in.rest
	if in.flags&flagPrivate != 0 {
		hidden := element(&scoped, TagString)
		plain, err := s.reveal(in, hidden.Rest())
		if err != nil || hidden.Err() != nil {
			return nil, ErrSecurity
		}
		scoped = wire.NewReader(plain)
	}
	m, err := readScoped(&scoped)
	if err != nil {
		return nil, err
	}
	if in.flags&flagAuth != 0 {
		s.boots, s.seconds = in.boots, in.seconds
	}
	return m, nil
}

// meet learns the engine from its Report.
func (s *Session) meet(in *secured) (*Message, error) {
	scoped := in.rest
	m, err := readScoped(&scoped)
	if err != nil || m.Kind != Report || len(in.engine) == 0 || in.flags&flagPrivate != 0 {
		return nil, ErrNotSNMP
	}
	s.engine, s.boots, s.seconds, s.known = slices.Clone(in.engine), in.boots, in.seconds, true
	if s.user.Auth != "" {
		s.authKey = localKey(s.auth.hash, s.user.AuthPassword, s.engine)
	}
	if s.user.Privacy != "" {
		s.privKey = localKey(s.auth.hash, s.user.PrivacyPassword, s.engine)
	}
	return m, nil
}

// verify checks the code of a message. What has none is taken from a user without
// authentication alone, and of others only that the engine does not know the user.
func (s *Session) verify(in *secured, b []byte) error {
	if in.flags&flagAuth == 0 {
		if s.user.Auth == "" {
			return nil
		}
		scoped := in.rest
		if m, err := readScoped(&scoped); err != nil || m.Kind != Report {
			return ErrSecurity
		}
		return nil
	}
	if s.user.Auth == "" || len(in.code) != s.auth.sent {
		return ErrSecurity
	}
	whole := slices.Clone(b)
	clear(whole[in.codeAt : in.codeAt+len(in.code)])
	if !hmac.Equal(s.auth.code(s.authKey, whole), in.code) {
		return ErrSecurity
	}
	return nil
}

// reveal decrypts what a message carries.
func (s *Session) reveal(in *secured, hidden []byte) ([]byte, error) {
	if s.user.Privacy == "" {
		return nil, ErrSecurity
	}
	return cfb(s.privKey, in.boots, in.seconds, in.salt, hidden, true)
}

// readScoped reads what is carried in clear.
func readScoped(r *wire.Reader) (*Message, error) {
	scoped := element(r, TagSequence)
	element(&scoped, TagString) // engine and name of the context
	element(&scoped, TagString)
	m := &Message{Version: Version3}
	if err := m.readPDU(&scoped); err != nil || r.Err() != nil {
		return nil, ErrNotSNMP
	}
	return m, nil
}
