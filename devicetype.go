package heron

import "strings"

// DeviceType is an entry of the list of kinds of device that Heron knows.
type DeviceType struct {
	Name     string `json:"name"` // as in Identity.Type
	Title    string `json:"title"`
	Category string `json:"category"` // see Categories
}

// The categories of device type. A control device (CategoryOT) is never probed
// or changed but by the strictest rules.
const (
	CategoryOT       = "ot"
	CategoryBuilding = "building"
	CategoryMedical  = "medical"
	CategoryRetail   = "retail"
	CategoryCamera   = "camera"
	CategoryHome     = "home"
	CategoryMedia    = "media"
	CategoryOffice   = "office"
	CategoryNetwork  = "network"
	CategoryComputer = "computer"
	CategoryOther    = "other"
)

// typeTable is one line a category: "category: name=Title, …"; the title is
// made from the name where it is not given.
const typeTable = `
ot: plc=PLC, rtu=RTU, hmi=HMI, dcs_controller=DCS controller, ied=Protection relay, pmu=Phasor measurement unit, remote_io=Remote I/O, drive=Variable-frequency drive, servo_drive, robot_controller, cnc_machine=CNC machine, industrial_switch, industrial_gateway, serial_device_server, protocol_gateway, safety_controller, motion_controller, scada_server=SCADA server, historian, engineering_workstation, power_meter, gas_analyzer, flow_meter, tank_gauge, weighing_scale, barcode_reader_industrial=Industrial barcode reader, machine_vision=Machine-vision camera, industrial_sensor, edge_computer, ups=UPS, pdu=PDU, solar_inverter, battery_system, ev_charger=EV charger, wind_turbine_controller, substation_gateway
building: building_controller, thermostat_commercial=Commercial thermostat, access_control=Door access controller, elevator=Elevator controller, fire_panel=Fire alarm panel, lighting_controller, knx_gateway=KNX gateway, bacnet_router=BACnet router, hvac_unit=HVAC unit, intercom, smart_meter, irrigation_controller, parking_system
medical: infusion_pump, patient_monitor, imaging=Imaging modality, pacs_server=PACS server, ventilator, glucose_meter, ecg_device=ECG device, ultrasound, lab_analyzer, medical_gateway, nurse_call, medication_cabinet
retail: payment_terminal, pos_terminal=Point-of-sale terminal, atm=ATM, kiosk, barcode_scanner, receipt_printer, digital_signage, vending_machine, electronic_shelf_label, rfid_reader=RFID reader
camera: camera, doorbell_camera, baby_monitor, nvr=Network video recorder, dvr=Digital video recorder, video_encoder
home: smart_plug, smart_bulb, smart_switch, hub=Smart-home hub, thermostat, smart_lock, doorbell, smoke_detector, motion_sensor, water_sensor, contact_sensor, weather_station, air_quality_monitor, air_purifier, air_conditioner, vacuum_robot=Robot vacuum, washing_machine, dryer, dishwasher, refrigerator, oven, microwave, coffee_machine, kettle, scale=Body scale, garage_door_opener, blinds_controller, sprinkler_controller, ir_remote=Infrared remote, alarm_panel, siren, pet_feeder, fan, heater, water_heater, energy_monitor, toothbrush, lawn_mower, wearable, toy
media: tv=Television, streaming_player, smart_speaker, soundbar, av_receiver=AV receiver, game_console, set_top_box, projector, media_server, photo_frame, ebook_reader=E-book reader, conference_system
office: printer, label_printer, scanner, nas=Network storage, voip_phone=VoIP phone, video_conference, time_clock, whiteboard
network: router, switch=Network switch, wap=Wireless access point, firewall, modem, wireless_controller, voip_gateway=VoIP gateway, load_balancer, cellular_gateway, mesh_node, powerline_adapter, network_extender, sdn_controller=SDN controller, vpn_gateway=VPN gateway, gateway=IoT gateway, zigbee_gateway, dns_server=DNS server
computer: server, workstation, laptop, phone, tablet, thin_client, single_board_computer, virtual_machine, hypervisor, bmc=Management controller, iot_module=IoT module
other: gps_tracker=GPS tracker, drone, vehicle, sensor=Sensor, mqtt_broker=MQTT broker, iot_device=IoT device
`

var deviceTypes = parseTypes(typeTable)

func parseTypes(table string) map[string]DeviceType {
	types := map[string]DeviceType{
		Unknown: {Name: Unknown, Title: "Unknown", Category: CategoryOther},
	}
	for line := range strings.Lines(strings.TrimSpace(table)) {
		category, list, _ := strings.Cut(strings.TrimSpace(line), ": ")
		for entry := range strings.SplitSeq(list, ", ") {
			name, title, given := strings.Cut(entry, "=")
			if !given {
				title = strings.ReplaceAll(name, "_", " ")
				title = strings.ToUpper(title[:1]) + title[1:]
			}
			types[name] = DeviceType{Name: name, Title: title, Category: category}
		}
	}
	return types
}

// TypeOf returns the device type of that name and whether there is one.
func TypeOf(name string) (DeviceType, bool) {
	t, ok := deviceTypes[name]
	return t, ok
}

// TypeTitle returns the words for a device type, or the name itself.
func TypeTitle(name string) string {
	if t, ok := deviceTypes[name]; ok {
		return t.Title
	}
	return name
}

// DeviceTypes returns all device types by name.
func DeviceTypes() map[string]DeviceType {
	out := make(map[string]DeviceType, len(deviceTypes))
	for k, v := range deviceTypes {
		out[k] = v
	}
	return out
}

// IsControl reports whether a device is, or may be, a control device: one that
// moves something in the world and must never be disturbed. The type says so,
// or a role that the inventory saw it in.
func (d *Device) IsControl() bool {
	if t, ok := deviceTypes[d.Identity.Type.Value]; ok &&
		(t.Category == CategoryOT || t.Category == CategoryMedical || t.Category == CategoryBuilding) {
		return true
	}
	for _, r := range d.Roles {
		if r == "ot" {
			return true
		}
	}
	return false
}
