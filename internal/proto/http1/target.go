package http1

import "bytes"

// Path returns what may be told of a target or an address: what stands before its
// parameters, its query and its fragment, in which sessions and tokens are (RFC
// 3986 §3.3 to §3.5). It is nil for an address with a name and a password in it.
func Path(target []byte) []byte {
	if end := bytes.IndexAny(target, ";?#"); end >= 0 {
		target = target[:end]
	}
	if _, rest, ok := bytes.Cut(target, []byte("//")); ok {
		if authority, _, _ := bytes.Cut(rest, []byte("/")); bytes.ContainsRune(authority, '@') {
			return nil
		}
	}
	return target
}

// Host returns an authority without its port.
func Host(authority []byte) []byte {
	if i := bytes.LastIndexByte(authority, ':'); i >= 0 {
		return authority[:i]
	}
	return authority
}

// Relayed reports whether a message was passed on by a proxy, which says so (RFC
// 9110 §7.6.3, RFC 7239): what it says of a program is not of whoever sent it.
func (h *Head) Relayed() bool {
	for f := h.Fields(); ; {
		name, _, ok := f.Next()
		if !ok {
			return false
		}
		if IsRelay(name) {
			return true
		}
	}
}

// IsRelay reports whether a field is one of those that proxies add.
func IsRelay(name []byte) bool {
	return Is(name, "Via") || Is(name, "X-Forwarded-For") || Is(name, "Forwarded")
}
