package snmp

import "github.com/heron-iot/heron/internal/wire"

// ReadObject reads the contents of a value that is an object identifier, as
// Binding.Value has them.
func ReadObject(value []byte) (OID, bool) {
	r := wire.NewReader(tlv(nil, TagOID, value))
	o := readOID(&r)
	return o, r.Err() == nil && len(o) > 0
}
