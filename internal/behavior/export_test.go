package behavior

import "unsafe"

// StateBytes is what one device costs at most.
const StateBytes = unsafe.Sizeof(state{}) + maxPeers*(unsafe.Sizeof(peer{})+8+4+4) + 2*maxServices*unsafe.Sizeof(service{})
