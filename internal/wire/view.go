package wire

// Views are headers of fixed size: one check for all their fields, where a read
// of each would need its own. Constant places in an array cannot be out of
// bounds, so whoever has a view may index it. All return nil when the input is
// too short, and then the Reader has failed.

// View4 returns the next 4 bytes and passes over them.
func (r *Reader) View4() *[4]byte {
	if b := r.take(4); b != nil {
		return (*[4]byte)(b)
	}
	return nil
}

// View8 returns the next 8 bytes and passes over them.
func (r *Reader) View8() *[8]byte {
	if b := r.take(8); b != nil {
		return (*[8]byte)(b)
	}
	return nil
}

// View14 returns the next 14 bytes and passes over them.
func (r *Reader) View14() *[14]byte {
	if b := r.take(14); b != nil {
		return (*[14]byte)(b)
	}
	return nil
}

// View20 returns the next 20 bytes and passes over them.
func (r *Reader) View20() *[20]byte {
	if b := r.take(20); b != nil {
		return (*[20]byte)(b)
	}
	return nil
}

// View40 returns the next 40 bytes and passes over them.
func (r *Reader) View40() *[40]byte {
	if b := r.take(40); b != nil {
		return (*[40]byte)(b)
	}
	return nil
}
