package lab

import "time"

const modelMeter = "landis-meter"

// energyModels charge cars, and count what that takes.
func energyModels() []Model {
	return []Model{
		{
			Name: "keba-charger", Vendor: "KEBA", Product: "KC-P30-ESS400C2-E0R", Type: "ev_charger",
			OS: "", Firmware: "1.13.2", OUI: "00:60:b5", Hostname: "", Zone: zoneBuilding, Count: 2,
			DHCP: dhcp("", paramsUDHCP),
			Habits: []Habit{
				every("charge", 18*time.Second, 5*time.Minute, charges("csms.charging.example", "Keba AG", "{product}")),
			},
		},
		{
			Name: modelMeter, Vendor: "Landis+Gyr", Product: "E650", Type: "smart_meter",
			OS: "", Firmware: "B32", OUI: "00:0f:93", Hostname: "", Zone: zoneBuilding, Stack: LWIP,
			DHCP:     dhcp("", paramsLWIP),
			Services: []Service{dlmsService("LGZ")},
		},
	}
}
