package eval

// sameTypes are the names of types that are taken as one when an answer is
// judged: those that mean the same device, and those between which its traffic
// cannot tell. A name may be in several; two names are one where one line has both.
var sameTypes = [][]string{
	{"bridge", "gateway", "hub", "iot_gateway", "lighting_bridge", "lighting_hub", "lock_bridge", "smart_home_hub", "zigbee_hub"},
	{"plug", "smart_plug", "smart_switch"},
	{"bulb", "light", "lighting", "smart_bulb", "smart_light"},
	{"baby_monitor", "camera", "doorbell_camera", "ip_camera"},
	{"doorbell", "doorbell_camera", "video_doorbell"},
	{"body_scale", "scale", "smart_scale"},
	{"coffee_machine", "coffee_maker"},
	{"kettle", "smart_kettle"},
	{"smart_tv", "tv"},
	{"media_player", "set_top_box", "streaming_player", "streaming_stick"},
	{"smart_speaker", "speaker", "voice_assistant"},
	{"smoke_alarm", "smoke_detector"},
	{"controller", "industrial_controller", "plc"},
	{"industrial_switch", "network_switch", "switch"},
	{"access_point", "wap", "wireless_access_point"},
	{"ir_blaster", "ir_remote", "universal_remote"},
	{"garage_door", "garage_door_opener", "garage_opener"},
	{"fridge", "refrigerator"},
	{"clothes_dryer", "dryer", "washer_dryer"},
	{"communication_module", "ethernet_module", "io_module", "remote_io"},
	{"bas_controller", "bms_controller", "building_controller", "hvac_controller"},
	{"ied", "pmu", "protection_relay"},
	{"door_lock", "lock", "smart_lock"},
	{"alarm_siren", "siren"},
	{"flood_sensor", "leak_sensor", "water_sensor"},
	{"motion_sensor", "presence_sensor"},
	{"io_module", "modbus_device", "modbus_gateway", "protocol_gateway", "serial_device_server"},
	{"microwave", "microwave_oven"},
}

// brandWords are brands and product lines, as fold leaves them: one alone says
// nothing of the model.
var brandWords = []string{
	"blink", "echo", "edimax", "ednet", "fire", "hue", "kasa", "modicon", "nest", "ring", "roku", "scalance", "simatic", "tuya", "wemo",
}

// productCodes are what products call themselves that are sold under another
// name, both as fold leaves them.
var productCodes = map[string][]string{
	"echodot":                           {"aeobc", "echodot"},
	"echoplus":                          {"aeosn", "echoplus"},
	"echospot":                          {"aeork", "echospot"},
	"homepod":                           {"audioaccessory11", "homepod"},
	"huebridge":                         {"bsb001", "bsb002", "huebridge", "philipshuebridge"},
	"huebridge2012929000226503":         {"bsb001", "huebridge", "929000226503"},
	"hmipaccesspointhmippsplugbehindit": {"hmiphap", "hmipaccesspoint", "homematicipaccesspoint"},
	"wemoinsightf7c029":                 {"insight"},
	"wemolinkf7c031":                    {"bridge", "wemolink"},
	"wemoswitchf7c027":                  {"socket", "wemoswitch"},
}
