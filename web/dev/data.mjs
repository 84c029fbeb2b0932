// Made-up devices: the same every time, for the same number.

const kinds = [
  ['camera', 'Camera', 'camera', ['Axis', 'Hikvision', 'Dahua'], ['M3045-V', 'P1448-LE', 'DS-2CD2043']],
  [
    'plc',
    'PLC',
    'ot',
    ['Siemens', 'Schneider Electric', 'Rockwell'],
    ['S7-1200', 'BMX P34 2020', '1769-L33ER'],
  ],
  ['printer', 'Printer', 'office', ['HP', 'Brother', 'Canon'], ['LaserJet M404', 'HL-L2350DW', 'MF445dw']],
  ['smart_bulb', 'Smart bulb', 'home', ['Philips', 'LIFX'], ['LCA001', 'A19']],
  ['thermostat', 'Thermostat', 'home', ['Google', 'ecobee'], ['Nest', 'ecobee4']],
  ['infusion_pump', 'Infusion pump', 'medical', ['B. Braun', 'Baxter'], ['Infusomat', 'Sigma']],
  ['switch', 'Network switch', 'network', ['Cisco', 'Aruba'], ['C2960', '2530']],
  ['nas', 'Network storage', 'office', ['Synology', 'QNAP'], ['DS920+', 'TS-453D']],
  ['unknown', 'Unknown', 'other', ['Espressif', 'Murata'], []],
]
// How critical devices of a category are, and their Purdue level.
const standings = { ot: ['high', '1'], medical: ['critical', '1'], network: ['high', '4'], other: [] }
const held = (value) => value && { value, by: 'type' }
const zones = ['ot', 'iot', 'office', 'guest', '']

export const types = kinds.map(([name, title, category]) => ({ name, title, category }))

// A small generator (mulberry32) so that runs can be compared.
function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

const levelOf = (s) => (s >= 80 ? 'critical' : s >= 60 ? 'high' : s >= 30 ? 'medium' : 'low')
const hex = (n) => n.toString(16).padStart(2, '0')
const before = (seconds) => new Date(Date.now() - seconds * 1000).toISOString()

export function makeDevices(n) {
  const r = random(7)
  const pick = (list) => list[Math.floor(r() * list.length)]
  return Array.from({ length: n }, (_, i) => {
    const [type, , category, vendors, models] = pick(kinds)
    const [criticality, level] = standings[category] ?? ['medium', '4']
    const vendor = pick(vendors)
    const model = models.length > 0 && r() < 0.8 ? pick(models) : undefined
    const score = Math.floor(r() ** 2 * 100)
    return {
      id: `d${i}`,
      macs: [`00:40:8c:${hex((i >> 16) & 255)}:${hex((i >> 8) & 255)}:${hex(i & 255)}`],
      ips: [`10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`],
      hostnames: r() < 0.5 ? [`${type}-${i}`] : [],
      local: true,
      identity: {
        vendor: { value: vendor, confidence: 0.9 + r() / 10 },
        ...(model ? { model: { value: model, confidence: 0.7 + r() * 0.3 } } : {}),
        type: { value: type, confidence: type === 'unknown' ? 0 : 0.7 + r() * 0.3 },
      },
      evidence: [
        {
          key: 'mac.oui',
          value: `${vendor} Inc.`,
          source: 'arp',
          supports: 'vendor',
          claim: vendor,
          weight: 3.1,
        },
        {
          key: 'http.server',
          value: `${vendor} ${model ?? ''}`,
          source: 'http',
          supports: 'type',
          claim: type,
          weight: 2.4,
        },
      ],
      services: [
        { transport: 'tcp', port: 80, protocol: 'http', first_seen: before(9000), last_seen: before(60) },
      ],
      zone: pick(zones),
      standing: { criticality: held(criticality), purdue_level: held(level) },
      first_seen: before(86_400 * 3),
      last_seen: before(Math.floor(r() * 4000)),
      risk: {
        score,
        low: score * 0.6,
        high: Math.min(100, score * 1.4),
        coverage: 0.6,
        level: levelOf(score),
        trend: 0,
      },
      version: 1,
    }
  })
}

export function makeAlerts(devices, n) {
  const r = random(11)
  const severities = ['critical', 'high', 'medium', 'low', 'info']
  return Array.from({ length: n }, (_, i) => {
    const d = devices[Math.floor(r() * devices.length)]
    return {
      id: `a${i}`,
      detector: 'scan.port',
      severity: severities[Math.floor(r() * 5)],
      confidence: 0.6 + r() * 0.4,
      device: d.id,
      src: d.ips[0],
      first_seen: before(i * 300 + 60),
      last_seen: before(i * 300),
      detected_at: before(i * 300 + 60),
      count: 1 + Math.floor(r() * 40),
      attack: ['T0846'],
      title: 'Port scan',
      summary: `${d.ips[0]} tried ${Math.floor(r() * 900)} ports of ${Math.floor(r() * 30)} hosts in vain`,
      evidence: { value: '71', threshold: '12', mean: '1.2', feature: 'ports' },
      state: 'open',
      version: 1,
    }
  })
}

export function makeOverview(devices, alerts, facets) {
  const needs = alerts.slice(0, 3).map((a) => ({
    kind: 'alert',
    id: a.id,
    severity: a.severity,
    text: a.summary,
    since: a.last_seen,
  }))
  const history = Array.from({ length: 48 }, (_, i) => ({
    time: before((48 - i) * 1800),
    score: 30 + 10 * Math.sin(i / 6),
    low: 20,
    high: 55,
    ...(i % 16 === 9 ? { cause: 'a port scan began' } : {}),
  }))
  return {
    time: new Date().toISOString(),
    simulation: true,
    devices: devices.length,
    devices_new: 12,
    devices_unknown: 40,
    by_type: facets.type,
    by_category: facets.type,
    by_vendor: facets.vendor,
    by_zone: facets.zone,
    by_level: facets.level,
    alerts: { critical: 3, high: 12, medium: 40 },
    needs,
    risk_history: history,
    sensors: [],
  }
}
