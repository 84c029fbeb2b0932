import {
  AirVent, Antenna, BatteryCharging, Bike, Blinds, Bot, Box, BrickWallShield, Building2, Camera, Cctv, CircuitBoard,
  CircleHelp, CloudSun, Coffee, Computer, Cpu, CreditCard, DoorOpen, Droplets, ArrowUpDown, Factory, Fan, Flame,
  Gamepad2, Gauge, HardDrive, HeartPulse, House, Laptop, Lightbulb, Lock, Microwave, Monitor, MonitorSpeaker, Network,
  Plane, Phone, Plug, Printer, Projector, Radio, Refrigerator, Router, Satellite, Scale, ScanBarcode, Server, Shield,
  Smartphone, Speaker, Sun, Syringe, Tablet, Thermometer, ToggleRight, Tv, Video, Warehouse, WashingMachine, Watch,
  Webcam, Wifi, Wind, Zap, type LucideIcon,
} from 'lucide-react'

// The kept set: one picture for each family of devices that people tell apart
// at a glance; a kind without its own takes that of its category.
const byType: Record<string, LucideIcon> = {
  plc: CircuitBoard, rtu: CircuitBoard, dcs_controller: CircuitBoard, safety_controller: Shield, remote_io: CircuitBoard,
  motion_controller: CircuitBoard, hmi: Monitor, ied: Zap, pmu: Zap, vfd: Gauge, servo_drive: Gauge, robot_controller: Bot,
  power_meter: Gauge, flow_meter: Gauge, tank_gauge: Gauge, gas_analyzer: Wind, smart_meter: Gauge, ups: BatteryCharging,
  pdu: Plug, battery_system: BatteryCharging, ev_charger: Plug, solar_inverter: Sun, wind_turbine_controller: Wind,
  scada_server: Server, historian: HardDrive, engineering_workstation: Computer, machine_vision: Video,
  industrial_switch: Network, industrial_gateway: Router, protocol_gateway: Router, serial_device_server: Router,
  weighing_scale: Scale, barcode_reader_industrial: ScanBarcode, edge_computer: Cpu,
  thermostat_commercial: Thermometer, thermostat: Thermometer, access_controller: DoorOpen, elevator_controller: ArrowUpDown,
  fire_panel: Flame, lighting_controller: Lightbulb, hvac_unit: AirVent, intercom: Phone, irrigation_controller: Droplets,
  infusion_pump: Syringe, pacs_server: Server, payment_terminal: CreditCard, pos_terminal: CreditCard, atm: CreditCard,
  barcode_scanner: ScanBarcode, receipt_printer: Printer, digital_signage: Monitor, kiosk: Monitor, rfid_reader: Radio,
  camera: Cctv, doorbell_camera: Webcam, baby_monitor: Webcam, nvr: HardDrive, dvr: HardDrive, video_encoder: Video,
  smart_plug: Plug, smart_bulb: Lightbulb, smart_switch: ToggleRight, hub: House, smart_lock: Lock, weather_station: CloudSun,
  smoke_detector: Flame, water_sensor: Droplets, air_purifier: Wind, air_conditioner: AirVent, fan: Fan, heater: Flame,
  vacuum_robot: Bot, washing_machine: WashingMachine, dryer: WashingMachine, dishwasher: WashingMachine,
  refrigerator: Refrigerator, oven: Microwave, microwave: Microwave, coffee_machine: Coffee, kettle: Coffee, scale: Scale,
  blinds_controller: Blinds, wearable: Watch, tv: Tv, streaming_player: Tv, set_top_box: Tv, smart_speaker: Speaker,
  soundbar: Speaker, av_receiver: MonitorSpeaker, game_console: Gamepad2, projector: Projector, media_server: HardDrive,
  conference_system: Video, video_conference: Video, printer: Printer, label_printer: Printer, scanner: Printer,
  nas: HardDrive, voip_phone: Phone, router: Router, modem: Router, gateway: Router, cellular_gateway: Antenna,
  zigbee_gateway: Antenna, switch: Network, access_point: Wifi, mesh_node: Wifi, network_extender: Wifi,
  firewall: BrickWallShield, vpn_gateway: BrickWallShield, server: Server, hypervisor: Server, bmc: Server,
  dns_server: Server, workstation: Computer, laptop: Laptop, smartphone: Smartphone, tablet: Tablet, iot_module: Cpu,
  single_board_computer: CircuitBoard, gps_tracker: Satellite, drone: Plane, vehicle: Bike, mqtt_broker: Radio,
  unknown: CircleHelp,
}

const byCategory: Record<string, LucideIcon> = {
  ot: Factory, building: Building2, medical: HeartPulse, retail: CreditCard, camera: Camera, home: House, media: Tv,
  office: Printer, network: Network, computer: Computer, other: Box, warehouse: Warehouse,
}

interface TypeIconProps {
  type: string
  category?: string
  tile?: boolean
  size?: number
}

/** The picture of a kind of device. Decorative: its name stands beside it. */
export function TypeIcon({ type, category = 'other', tile = false, size = tile ? 30 : 18 }: TypeIconProps) {
  const Icon = byType[type] ?? byCategory[type] ?? byCategory[category] ?? Box
  return (
    <span className={tile ? 'type-icon type-icon-tile' : 'type-icon'} aria-hidden="true">
      <Icon size={size} strokeWidth={tile ? 1.5 : 1.7} />
    </span>
  )
}
