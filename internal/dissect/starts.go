package dissect

// Octets lists the octets from first to last, for Protocol.Starts.
func Octets(first, last byte) []byte {
	list := make([]byte, 0, int(last)-int(first)+1)
	for c := int(first); c <= int(last); c++ {
		list = append(list, byte(c))
	}
	return list
}
