package snmp

import (
	"bytes"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
)

// The key of RFC 3414 §A.3.2.
func TestLocalKey(t *testing.T) {
	t.Parallel()
	engine, _ := hex.DecodeString("000000000000000000000002")
	if got := hex.EncodeToString(localKey(sha1.New, "maplesyrup", engine)); got != "6695febc9288e36282235fc7151f128497b38f3f" {
		t.Errorf("got %s", got)
	}
}

func TestWhatIsHiddenIsRevealed(t *testing.T) {
	t.Parallel()
	key, salt := bytes.Repeat([]byte{7}, 20), []byte{1, 2, 3, 4, 5, 6, 7, 8}
	for n := range 70 {
		plain := bytes.Repeat([]byte{byte(n)}, n)
		hidden, err := cfb(key, 3, 4, salt, plain, false)
		if err != nil || n > 8 && bytes.Equal(hidden, plain) {
			t.Fatalf("%d bytes: %x, %v", n, hidden, err)
		}
		if back, err := cfb(key, 3, 4, salt, hidden, true); err != nil || !bytes.Equal(back, plain) {
			t.Fatalf("%d bytes come back as %x, %v", n, back, err)
		}
	}
	if _, err := cfb(key, 3, 4, nil, nil, true); err == nil {
		t.Error("no salt is taken")
	}
}

func TestUsersAreChecked(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		u    User
		want string // "" where it is right
	}{
		{User{Name: "a"}, ""},
		{User{Name: "a", Auth: "sha256", AuthPassword: "12345678", Privacy: "aes", PrivacyPassword: "12345678"}, ""},
		{User{}, "user name"},
		{User{Name: "a", Auth: "md5", AuthPassword: "12345678"}, "want sha1, sha256"},
		{User{Name: "a", Auth: "sha1", AuthPassword: "1234567"}, "8 characters"},
		{User{Name: "a", Privacy: "aes", PrivacyPassword: "12345678"}, "needs auth"},
		{User{Name: "a", Auth: "sha1", AuthPassword: "12345678", Privacy: "des"}, "want aes"},
	} {
		err := c.u.Validate()
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: got %v, want %q", c.u, err, c.want)
		}
		if s := fmt.Sprintf("%v %+v %#v", c.u, c.u, c.u); strings.Contains(s, "1234567") {
			t.Errorf("a password is printed: %s", s)
		}
	}
}

// agent answers a session as its engine does.
type agent struct{ *Session }

func newAgent(u User) agent {
	a := agent{NewSession(u, 99)}
	a.engine, a.boots, a.seconds, a.known = []byte("\x80\x00\x00\x00\x04agent"), 3, 1000, true
	if u.Auth != "" {
		a.authKey = localKey(a.auth.hash, u.AuthPassword, a.engine)
	}
	if u.Privacy != "" {
		a.privKey = localKey(a.auth.hash, u.PrivacyPassword, a.engine)
	}
	return a
}

// report is the answer to who does not know the engine.
func (a agent) report(id int) []byte {
	a.id = id
	m := Message{Kind: Report}
	scoped := tlv(tlv(nil, TagString, a.engine), TagString, nil)
	return a.message(0, "", 0, nil, tlv(nil, TagSequence, m.appendPDU(scoped)))
}

func users() []User {
	return []User{
		{Name: "open"},
		{Name: "seen", Auth: "sha1", AuthPassword: "authentic"},
		{Name: "hidden", Auth: "sha512", AuthPassword: "authentic", Privacy: "aes", PrivacyPassword: "private words"},
	}
}

func TestSession(t *testing.T) {
	t.Parallel()
	for _, u := range users() {
		s, a := NewSession(u, 1), newAgent(u)
		question := &Message{Kind: Get, RequestID: 7, Bindings: []Binding{{OID: ParseOID("1.3.6.1.2.1.1.1.0"), Tag: TagNull}}}
		if _, err := s.Seal(question); err != nil || s.Known() {
			t.Fatal(err)
		}
		if m, err := s.Open(a.report(s.id)); err != nil || m.Kind != Report || !s.Known() {
			t.Fatalf("%v: the report is read as %v, %v", u, m, err)
		}
		sealed, err := s.Seal(question)
		if err != nil {
			t.Fatal(err)
		}
		a.id = s.id
		if m, err := a.Open(sealed); err != nil || m.RequestID != 7 || m.Kind != Get {
			t.Fatalf("%v: the agent reads %v, %v", u, m, err)
		}
		if u.Privacy != "" && bytes.Contains(sealed, question.Bindings[0].OID.encode()) {
			t.Error("what is asked can be read")
		}
		a.id--
		answer, err := a.Seal(&Message{Kind: Response, RequestID: 7, Bindings: []Binding{Text(ParseOID("1.3.6.1.2.1.1.1.0"), "Switch")}})
		if err != nil {
			t.Fatal(err)
		}
		m, err := s.Open(answer)
		if err != nil || m.Kind != Response || string(m.Bindings[0].Value) != "Switch" {
			t.Fatalf("%v: the answer is read as %v, %v", u, m, err)
		}
		for i := range answer {
			forged := bytes.Clone(answer)
			forged[i] ^= 0x40
			if m, err := s.Open(forged); err == nil && u.Auth != "" && m.Kind != Report {
				t.Fatalf("%v: taken although byte %d is another: %v", u, i, m)
			}
		}
	}
}

func FuzzSession(f *testing.F) {
	for _, u := range users() {
		a := newAgent(u)
		sealed, err := a.Seal(&Message{Kind: Response, RequestID: 7, Bindings: []Binding{Text(ParseOID("1.3.6.1.2.1.1.1.0"), "Switch")}})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(sealed)
		f.Add(a.report(1))
	}
	known := users()
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, u := range known[:1] { // keys take time, and what they guard is nobody's who has none
			s, a := NewSession(u, 1), newAgent(u)
			s.id, a.id = 1, 1
			_, _ = s.Open(b)
			_, _ = a.Open(b)
		}
		if in, err := readSecured(b); err == nil && (in.codeAt < 0 || !bytes.Equal(b[in.codeAt:in.codeAt+len(in.code)], in.code)) {
			t.Fatalf("the code is not at %d", in.codeAt)
		}
	})
}
