package lab

import (
	"slices"
	"time"
)

// Roles by which models find each other.
const (
	roleGateway  = "gateway"
	roleBroker   = "broker"
	rolePBX      = "pbx"
	roleHL7      = "hl7"
	roleIntruder = "intruder"
	roleInfected = "infected"
)

// Names of models that attacks and other models speak of.
const (
	modelHMI     = "weintek-hmi"
	modelPLC     = "schneider-m340"
	modelS7      = "siemens-s7-1200"
	modelPrinter = "hp-laserjet"
	modelCamera  = "hikvision-camera"
)

// Parameter request lists of DHCP clients.
const (
	paramsLinux    = "1,3,6,12,15,28,42"
	paramsUDHCP    = "1,3,6,12,15,28,40,41,42"
	paramsWindows  = "1,3,6,15,31,33,43,44,46,47,119,121,249,252"
	paramsApple    = "1,121,3,6,15,108,114,119,252,95,44,46"
	paramsAndroid  = "1,3,6,15,26,28,51,58,59,43,114,108"
	paramsLWIP     = "1,3,28,6"
	paramsPrinter  = "6,3,1,15,66,67,13,44,12,81,252"
	paramsEmbedded = "1,3,6,12,15,42,66,67"
	paramsDhcpcd   = "1,121,33,3,6,12,15,26,28,42,51,54,58,59,119"
)

// Models returns the catalogue: every product that the lab emulates, by zone.
func Models() []Model {
	all := slices.Concat(
		coreModels(), officeModels(), officeServiceModels(), computerModels(),
		cameraModels(), otherCameraModels(), recorderModels(), homeModels(), plugModels(), mediaModels(),
		controlModels(), panelModels(), plantModels(), medicalModels(), retailModels(), buildingModels(), energyModels(), guestModels(),
		automationModels(), scadaModels(), instrumentModels(), houseModels(), serverModels(), lampModels(),
	)
	for i := range all {
		all[i].complete()
	}
	return all
}

// complete adds the services and habits that follow from what a model
// announces.
func (m *Model) complete() {
	if len(m.DHCP.Params) > 0 && m.Role != roleIntruder {
		m.does("dhcp", 0, 12*time.Hour, dhcpClient)
	}
	if len(m.Adverts) > 0 {
		m.Services = append(m.Services, mdnsService(m.Adverts))
		m.does("mdns", 5*time.Second, 20*time.Minute, mdnsAnnounce(m.Adverts))
	}
	if m.UPnP != nil {
		m.Services = append(m.Services, ssdpService(m.UPnP))
		m.does("ssdp", 6*time.Second, 15*time.Minute, ssdpNotify(m.UPnP))
		if m.service(m.UPnP.Port) == nil {
			m.Services = append(m.Services, httpService(m.UPnP.Port, web{
				server: m.UPnP.Server,
				pages:  map[string]page{m.UPnP.Path: {kind: "text/xml", body: m.UPnP.description()}},
			}))
		}
	}
	if m.NetBIOS != "" {
		m.Services = append(m.Services, nbnsService(m.NetBIOS))
		m.does("nbns", 4*time.Second, 30*time.Minute, nbnsRegister(m.NetBIOS))
	}
	if m.LLDP != nil {
		m.does("lldp", time.Second, 30*time.Second, lldpAnnounce(m.LLDP))
	}
}

func (m *Model) does(name string, first, every time.Duration, do func(*actor)) {
	m.Habits = append(m.Habits, Habit{Name: name, First: first, Every: every, Do: do})
}

// service returns what is on a TCP port.
func (m *Model) service(port uint16) *Service {
	for i := range m.Services {
		if m.Services[i].Port == port && len(m.Services[i].Groups) == 0 {
			return &m.Services[i]
		}
	}
	return nil
}

// talksTo is a device whose cloud is at these names.
func talksTo(every time.Duration, names ...string) Habit {
	return Habit{
		Name: "cloud", First: 12 * time.Second, Every: every,
		Do: func(a *actor) {
			for _, n := range names {
				a.cloud(n, 700, 1600)
			}
		},
	}
}

// keepsTime asks a time server every hour or so.
func keepsTime(server string) Habit {
	return Habit{Name: "ntp", First: 8 * time.Second, Every: time.Hour, Do: askTime(server)}
}

// every is any habit.
func every(name string, first, wait time.Duration, do func(*actor)) Habit {
	return Habit{Name: name, First: first, Every: wait, Do: do}
}

// byDay is a habit of working hours.
func byDay(name string, first, wait time.Duration, do func(*actor)) Habit {
	return Habit{Name: name, First: first, Every: wait, Day: true, Do: do}
}

// browses is somebody who looks at the web.
func browses(wait time.Duration, names ...string) Habit {
	return byDay("web", 20*time.Second, wait, func(a *actor) {
		a.cloud(names[a.rng.IntN(len(names))], 2500, 30000)
	})
}

func dhcp(class, params string) DHCPClient {
	return DHCPClient{VendorClass: class, Params: paramList(params)}
}

// basic is the challenge of HTTP Basic authentication, digest that of Digest.
func basic(realm string) string { return `Basic realm="` + realm + `"` }

func digest(realm string) string {
	return `Digest realm="` + realm + `", qop="auth", nonce="{sn}0f3a", opaque="5ccc"`
}
