// Package cluster finds devices that are alike among those of which nobody knows
// what they are: "these seven behave alike". Facts makes of what is known of a
// device the facts by which it is compared, and Group groups devices by them.
//
// It guarantees that the groups are a function of the set of devices: their
// order does not matter, and there is no chance in it. Its cost grows with the
// number of devices, not with its square. docs/clusters.md says how.
package cluster
