// Package lab is a network of emulated devices that speak the real protocols.
//
// A Model is one product: what its vendor ships, the services it answers on
// and what it does all day. A Site puts models at their places. What they do is
// written once and played in two ways:
//
//   - Stream plays it as frames, for tests, demonstrations and captures: the
//     same configuration gives the same bytes, at any speed.
//   - Start plays it on real sockets: on loopback addresses for anyone, or as
//     root in network namespaces, one a device, on one bridge.
//
// Attacks are played the same ways. Nothing here sends to a network that the
// lab did not make.
package lab
