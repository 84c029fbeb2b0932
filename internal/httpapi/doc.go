// Package httpapi is the platform's face to the network: the REST API under
// /api/v1 with its OpenAPI 3.1 description, the live stream over WebSocket,
// sessions, tokens and roles, health and metrics, and the web page.
//
// It guarantees that:
//   - every route says which role it needs, and a route that says nothing is
//     not served: New fails;
//   - every request that changes something is in the audit log with who asked
//     and from where, whatever became of it;
//   - errors are problem details (RFC 9457) with a code, a sentence and a
//     hint; the text of an internal error goes to the log and nowhere else;
//   - what strangers may cost is bounded: bodies, headers, password hashing,
//     the tables of the login throttle, and what a slow reader of the live
//     stream may leave unread.
//
// Reads go to heron.Store. Writes that other stages must know of go through
// Backend, which internal/app implements. To serve:
//
//	srv, err := httpapi.New(httpapi.Options{Store: db, Backend: app, Log: log})
//	go srv.Run(ctx)       // feeds the live stream
//	srv.HTTP().Serve(lis) // or any server around srv.Handler()
package httpapi
