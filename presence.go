package heron

// PresenceState says whether a device is there.
type PresenceState string

// The states of presence.
const (
	PresencePresent PresenceState = "present"
	PresenceAsleep  PresenceState = "asleep"  // silent, for no longer than is normal for it
	PresenceAway    PresenceState = "away"    // silent for longer
	PresenceGone    PresenceState = "gone"    // and for so long that it may not come back
	PresenceUnknown PresenceState = "unknown" // nobody watches where it was
)

// PresenceStates lists the states of presence.
func PresenceStates() []PresenceState {
	return []PresenceState{PresencePresent, PresenceAsleep, PresenceAway, PresenceGone, PresenceUnknown}
}

// Presence says whether a device is there, in traffic time: a sensor that stands
// still makes nobody absent.
type Presence struct {
	State PresenceState `json:"state"`
	// Since is when that began: when it came (back), or when it was seen last.
	Since Time `json:"since"`
	// Silence is how long it may be silent, by its type and by what it did so far,
	// before it is away; in seconds.
	Silence float64 `json:"normal_silence_seconds"`
	// Rhythm is when it was seen lately, as the inventory keeps it: the last sighting
	// in seconds, then a bit for each of the 64 minutes, tens of minutes, hours and
	// half days up to it, all in hexadecimal.
	Rhythm string `json:"rhythm,omitempty"`
}
