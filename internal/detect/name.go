package detect

import "github.com/heron-iot/heron"

// Name is what a person should read for an end of traffic: the device's name
// with its address, or the address.
func Name(d *heron.Device, address string) string {
	switch {
	case d == nil:
		return address
	case address == "" || d.Title() == address:
		return d.Title()
	}
	return d.Title() + " (" + address + ")"
}
