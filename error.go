package heron

import (
	"errors"
	"fmt"
)

// Code classes an error for whoever must act on it: the HTTP status, the exit
// status and the words a person sees follow from it.
type Code string

// The codes. Anything without one is CodeInternal, and its text is never shown
// to a user.
const (
	CodeInvalid      Code = "invalid"      // the request is wrong; the message says what and how to mend it
	CodeUnauthorized Code = "unauthorized" // who are you?
	CodeForbidden    Code = "forbidden"    // not with this role
	CodeNotFound     Code = "not_found"    // no such thing
	CodeConflict     Code = "conflict"     // it changed meanwhile, or exists already
	CodeTooMany      Code = "too_many"     // slow down
	CodeUnavailable  Code = "unavailable"  // try again later
	CodeUnsupported  Code = "unsupported"  // this machine or device cannot do it
	CodeInternal     Code = "internal"     // a fault of ours
)

// Error is an error meant for a person to read.
type Error struct {
	Code    Code
	Message string // one sentence: what, where, how to mend it; no secrets
	Err     error  // the cause, for the log only; may be nil
}

// Errorf returns an Error with a formatted message.
func Errorf(code Code, format string, args ...any) *Error {
	e := &Error{Code: code, Message: fmt.Sprintf(format, args...)}
	for _, a := range args {
		if err, ok := a.(error); ok {
			e.Err = err
		}
	}
	return e
}

func (e *Error) Error() string { return e.Message }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// ErrorCode returns the code of the first Error in err's chain, CodeInternal
// when there is none, and "" for nil.
func ErrorCode(err error) Code {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return CodeInternal
}

// ErrorMessage returns what a user may see of err.
func ErrorMessage(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Message
	}
	return "internal error; the server's log has the details"
}
