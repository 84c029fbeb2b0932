package behavior

import "unsafe"

// StateBytes is what one device costs.
const StateBytes = unsafe.Sizeof(state{})
