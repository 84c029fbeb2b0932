package heron

import "slices"

// Cluster is devices of unknown type that are alike: whoever says what one of
// them is may say it of all. It is one alone only where it has a Like.
type Cluster struct {
	// ID is made of the members: while they are the same, so is it.
	ID      string          `json:"id"`
	Common  []Trait         `json:"common"`  // the most telling first
	Members []ClusterMember `json:"members"` // the most typical first
	Size    int             `json:"size"`    // how many members there are, also where Members has the first of them
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
	Total int       `json:"total"` // how many groups there are, also where Items has the first of them
	// Unknown is how many devices of unknown type there are, Alone how many of
	// them are like no other.
	Unknown int `json:"unknown"`
	Alone   int `json:"alone"`
}

// ClustersListed and MembersListed are how many groups a list has, and how many
// members of each: a large site has tens of thousands of devices that nobody knows.
const (
	ClustersListed = 100
	MembersListed  = 5
)

// Listed is the groups as a list has them: the largest, and of each the most typical.
func (c *Clusters) Listed() *Clusters {
	out := *c
	out.Items = slices.Clone(c.Items[:min(len(c.Items), ClustersListed)])
	for i := range out.Items {
		m := &out.Items[i].Members
		*m = (*m)[:min(len(*m), MembersListed)]
	}
	return &out
}
