package behavior

import "hash/maphash"

// stateChunk is how many states are made at once: so many that they begin with
// a cache line.
const stateChunk = 64

// devices are the states of all devices, by number; 0 is nobody. They are found
// by an index of open addressing, the upper half of a hash of the id over the
// number, 0 where it is free.
type devices struct {
	states    []*[stateChunk]state
	count     uint32 // nobody included
	index     []uint64
	elsewhere []uint32 // their numbers, by those that they have elsewhere; 0 where not known
}

func newDevices() devices {
	return devices{states: []*[stateChunk]state{{}}, count: 1, index: make([]uint64, 64)}
}

func (d *devices) state(n uint32) *state { return &d.states[n/stateChunk][n%stateChunk] }

// find returns the number of a device, or 0 and where its entry goes.
func (d *devices) find(id string, hash uint64) (n uint32, free int) {
	i := d.home(hash)
	for ; d.index[i] != 0; i = d.after(i) {
		if e := d.index[i]; e>>32 == hash>>32 && d.state(uint32(e)).id == id {
			return uint32(e), i
		}
	}
	return 0, i
}

// add makes a state, to be entered where find said.
func (d *devices) add(hash uint64, free int) (uint32, *state) {
	n := d.count
	d.count++
	if int(n/stateChunk) == len(d.states) {
		d.states = append(d.states, new([stateChunk]state))
	}
	d.index[free] = hash>>32<<32 | uint64(n)
	if 2*int(d.count) > len(d.index) {
		d.grow()
	}
	return n, d.state(n)
}

// grow doubles the index.
func (d *devices) grow() {
	old := d.index
	d.index = make([]uint64, 2*len(old))
	for _, e := range old {
		if e == 0 {
			continue
		}
		i := d.home(e)
		for d.index[i] != 0 {
			i = d.after(i)
		}
		d.index[i] = e
	}
}

// home is where a hash, or an entry that begins with one, is looked for first.
func (d *devices) home(hash uint64) int { return int(hash>>32) & (len(d.index) - 1) }

func (d *devices) after(i int) int { return (i + 1) & (len(d.index) - 1) }

// number finds or makes the number of a device, which elsewhere has another, or
// none; 0 is none, for want of an id or at the bound.
func (t *Tracker) number(id string, elsewhere uint32) (n uint32) {
	if int(elsewhere) < len(t.elsewhere) {
		n = t.elsewhere[elsewhere]
	}
	if n != 0 || id == "" {
		return n
	}
	n = t.called(id)
	if elsewhere == 0 {
		return n
	}
	if more := int(elsewhere) + 1 - len(t.elsewhere); more > 0 {
		t.elsewhere = append(t.elsewhere, make([]uint32, more)...)
	}
	t.elsewhere[elsewhere] = n
	return n
}

// called finds or makes the number of the device with an id.
func (t *Tracker) called(id string) uint32 {
	hash := maphash.String(seed, id)
	n, free := t.devices.find(id, hash)
	if n != 0 || t.devices.count > maxDevices {
		return n
	}
	n, s := t.add(hash, free)
	s.id, s.word, s.hash = id, t.words.number(id), newDigest().add(id)
	return n
}
