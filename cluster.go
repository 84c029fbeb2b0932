package heron

// Cluster is devices of unknown type that are alike: whoever says what one of
// them is may say it of all. It is one alone only where it has a Like.
type Cluster struct {
	// ID is made of the members: while they are the same, so is it.
	ID      string          `json:"id"`
	Common  []Trait         `json:"common"`  // the most telling first
	Members []ClusterMember `json:"members"` // the most typical first
	// Like is the device of which people said what it is and that the cluster is
	// most like, when there is one: what was said of it may hold for these too.
	Like *Example `json:"like,omitempty"`
}

// Example is a device of which people said what it is.
type Example struct {
	ClusterMember
	Said map[string]string `json:"said"` // type, and perhaps vendor and model
}

// Trait is something that most members of a cluster have in common.
type Trait struct {
	// Key is that of the observation, or says what it was made of: mac.vendor,
	// contact.domain, profile.size … In Value, # stands for what differs from
	// device to device, as a serial number.
	Key   string  `json:"key"`
	Value string  `json:"value"`
	Share float64 `json:"share"` // of the members, 0 to 1
	// Elsewhere is how many others have it of the devices that were compared: those
	// of unknown type, and those of which people said what they are.
	Elsewhere int `json:"elsewhere"`
}

// ClusterMember is a device of a cluster.
type ClusterMember struct {
	DeviceID string `json:"device_id"`
	Title    string `json:"title"`
	// Likeness is how much the device has in common with the cluster, 0 to 1.
	Likeness float64 `json:"likeness"`
}

// Clusters are the groups of the devices of unknown type, largest first.
type Clusters struct {
	Items []Cluster `json:"items"`
	// Unknown is how many devices of unknown type there are, Alone how many of
	// them are like no other.
	Unknown int `json:"unknown"`
	Alone   int `json:"alone"`
}
