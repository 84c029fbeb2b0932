package dissect

import "github.com/heron-iot/heron"

// Kind of the event of a login that was refused, whatever protocol it is in.
const kindLoginFailed = "auth.failed"

// ClearLogin reports that the sender logged in with nothing over its secret. The
// scheme says how, and nothing says as whom or with what.
func ClearLogin(out Emitter, scheme string) {
	out.Event(heron.Event{Kind: heron.KeyClearLogin, Attrs: map[string]string{"scheme": scheme}})
}

// LoginFailed reports that the sender refused a login, with its code where there is
// one.
func LoginFailed(out Emitter, scheme, code string) {
	attrs := map[string]string{"scheme": scheme}
	if code != "" {
		attrs["code"] = code
	}
	out.Event(heron.Event{Kind: kindLoginFailed, Attrs: attrs})
}
