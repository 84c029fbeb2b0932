package heron

import (
	"bytes"
	"encoding/hex"
	"fmt"
)

// FlowID names a flow: 128 bits made from what it is and when it began, so that
// the same packets give the same id. As text it is 32 hexadecimal digits; the
// zero value means "none", and is "".
type FlowID [16]byte

// ParseFlowID reads what String writes.
func ParseFlowID(s string) (id FlowID, err error) {
	if len(s) == hex.EncodedLen(len(id)) {
		_, err = hex.Decode(id[:], []byte(s))
	}
	if err != nil || len(s) != hex.EncodedLen(len(id)) {
		return FlowID{}, fmt.Errorf("flow id %q: want 32 hexadecimal digits", s)
	}
	return id, nil
}

// String returns 32 hexadecimal digits in lower case, or "" for the zero id.
func (id FlowID) String() string {
	if id.IsZero() {
		return ""
	}
	return hex.EncodeToString(id[:])
}

// MarshalText implements encoding.TextMarshaler.
func (id FlowID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler; "" is the zero id.
func (id *FlowID) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*id = FlowID{}
		return nil
	}
	v, err := ParseFlowID(string(b))
	if err == nil {
		*id = v
	}
	return err
}

// IsZero reports whether id is the zero id.
func (id FlowID) IsZero() bool { return id == FlowID{} }

// Compare orders ids as their texts are.
func (id FlowID) Compare(o FlowID) int { return bytes.Compare(id[:], o[:]) }
