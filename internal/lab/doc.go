// Package lab is a network of emulated devices.
package lab
