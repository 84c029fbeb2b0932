// Package app is the only place where the stages meet. It joins capture, flow
// and dissection into a sensor pipeline; inventory, identification, behaviour
// and detection into an analyzer; and both, with the store, the bus and the
// HTTP API, into a running platform.
//
// A capture file read at the command line and a live interface go through the
// same pipeline and the same analyzer, second by second of traffic time, and
// so give the same answer.
package app
