package lab

import (
	"time"

	"github.com/heron-iot/heron"
)

// stranger is what a building has on its network that nobody wrote down: made by
// who says so nowhere, and all of them alike. It is no model of the catalogue, for
// there is no right answer to what it is.
func stranger() *Model {
	m := &Model{
		Name: "stranger", Hostname: "node-{short}", Zone: zoneBuilding, Stack: LWIP,
		DHCP: dhcp("", paramsLWIP),
		Habits: []Habit{
			every("report", 10*time.Second, 30*time.Second, func(a *actor) {
				a.cloudPort("ingest.example.net", 8877, 180, 60)
			}),
			every("time", 5*time.Second, time.Hour, askTime("time.example.net")),
		},
	}
	m.complete()
	return m
}

// addStrangers places n strangers, behind all that their zone has.
func (s *Site) addStrangers(n int) error {
	if n > maxStrangers {
		return heron.Errorf(heron.CodeInvalid, "%d strangers are more than the lab's network has addresses for; ask for at most %d", n, maxStrangers)
	}
	m := stranger()
	for i := range n {
		s.add(m, maxPerZone+1+i)
	}
	return nil
}
