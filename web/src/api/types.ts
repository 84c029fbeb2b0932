// The nouns of the API, as the server's Go types spell them in JSON.

export type Time = string // RFC 3339 UTC with microseconds; '' or absent = not known
export type Severity = 'info' | 'low' | 'medium' | 'high' | 'critical'
export type RiskLevel = 'unknown' | 'low' | 'medium' | 'high' | 'critical'
export type Role = 'none' | 'viewer' | 'analyst' | 'operator' | 'admin'

export interface List<T> {
  items: T[]
  next?: string
  total: number
}

export interface Claim {
  value: string
  confidence: number
}

export interface Identity {
  vendor?: Claim
  model?: Claim
  type: Claim
  os?: Claim
  firmware?: Claim
}

export type RunnerUp = Partial<Omit<Identity, 'firmware'>>

export interface Evidence {
  key: string
  value: string
  source: string
  supports: string
  claim: string
  weight: number
  signature?: string
}

export interface Service {
  transport: string
  port: number
  protocol?: string
  product?: string
  version?: string
  first_seen: Time
  last_seen: Time
}

export interface NetworkInterface {
  mac?: string
  ips: string[] | null
  vlan?: number
  random?: boolean
  first_seen: Time
  last_seen: Time
}

export interface RiskSummary {
  score: number
  low: number
  high: number
  coverage: number
  level: RiskLevel
  trend: number
}

export interface Device {
  id: string
  site_id?: string
  name?: string
  macs: string[] | null
  ips: string[] | null
  hostnames: string[] | null
  local: boolean
  identity: Identity
  runner_up?: RunnerUp
  evidence: Evidence[] | null
  services: Service[] | null
  interfaces?: NetworkInterface[] | null
  roles?: string[] | null
  zone?: string
  sensors?: string[] | null
  first_seen: Time
  last_seen: Time
  risk?: RiskSummary | null
  open_alerts?: number
  quarantined?: boolean
  merged_into?: string
  version: number
}

export interface DeviceChange {
  time: Time
  kind: string
  device_id: string
  summary: string
  actor?: string
}

export interface LedgerEntry {
  id: string
  time: Time
  actor: string
  op: string
  reason: string
  device: string
  others?: string[] | null
  detail?: Record<string, string>
  undone?: boolean
}

export interface Observation {
  mac?: string
  ip?: string
  key: string
  value: string
  source: string
  sensor?: string
  first: Time
  last: Time
  count: number
}

export interface Peer {
  device_id?: string
  name?: string
  address: string
  protocol?: string
  port?: number
  bytes_out: number
  bytes_in: number
  flows: number
  first_seen: Time
  last_seen: Time
}

export interface Tail {
  windows: number
  mean: number
  deviation: number
  max: number
  threshold: number
  last: number
}

export interface Baseline {
  device_id: string
  since: Time
  until: Time
  maturity: number
  features: Record<string, Tail> | null
  peers: Peer[] | null
  hours: number[] | null
}

export type AlertState = 'open' | 'acknowledged' | 'suppressed' | 'closed'
export type AlertVerdict = '' | 'true' | 'false' | 'expected'

export interface Alert {
  id: string
  detector: string
  severity: Severity
  confidence: number
  device?: string
  src?: string
  dst?: string
  first_seen: Time
  last_seen: Time
  detected_at: Time
  count: number
  attack: string[] | null
  title?: string
  summary: string
  evidence: Record<string, string> | null
  state?: AlertState
  verdict?: AlertVerdict
  assignee?: string
  note?: string
  incident_id?: string
  updated?: Time
  version?: number
}

export interface Notification {
  id: string
  alert_id: string
  receiver: string
  state: string
  tries: number
  error?: string
  created: Time
  sent?: Time
}

export interface Vulnerability {
  id: string
  device_id: string
  cve: string
  title: string
  grade: string
  reason: string
  cvss?: number
  kev: boolean
  epss?: number
  public_exploit?: boolean
  fixed_in?: string
  state: string
  due?: Time
  first_seen: Time
  last_seen: Time
}

export interface RiskReason {
  code: string
  text: string
  points: number
}

export interface FactorScore {
  factor: string
  weight: number
  score: number
  known: number
  reasons: RiskReason[] | null
}

export interface RiskScore extends RiskSummary {
  device_id: string
  time: Time
  factors: FactorScore[] | null
  floors?: RiskReason[] | null
  moves?: RiskReason[] | null
  cause?: string
}

export interface RiskPoint {
  time: Time
  score: number
  low?: number
  high?: number
  cause?: string
}

export interface Control {
  id: string
  title: string
  rule: string
  weight: number
  references: Record<string, string[]> | null
}

export interface ControlResult {
  control_id: string
  device_id: string
  status: 'pass' | 'fail' | 'unknown' | 'not_applicable'
  reason: string
  evidence?: string[] | null
  time: Time
}

export interface ActionPlan {
  changes: string[] | null
  affects: string[] | null
  way_back: string
  limits?: string[] | null
  control?: boolean
}

export interface ActionStep {
  name: string
  time: Time
  ok: boolean
  text: string
  error?: string
}

export interface Action {
  id: string
  device_id: string
  operation: string
  executor: string
  params?: Record<string, string>
  state: string
  reason: string
  alert_id?: string
  dry_run?: boolean
  plan?: ActionPlan | null
  steps: ActionStep[] | null
  requested_by: string
  approved_by?: string
  created: Time
  started?: Time
  ended?: Time
  expires?: Time
  error?: string
  version: number
}

export interface Executor {
  name: string
  doc: string
  operations: string[] | null
  safety: string
  available: boolean
  reason?: string
}

export interface AuditEntry {
  seq: number
  time: Time
  actor: string
  source?: string
  action: string
  object?: string
  detail?: Record<string, string>
  outcome: string
  hash: string
}

export interface Stats {
  packets: number
  bytes: number
  flows: number
  malformed: number
  kernel_drops?: number
  table_evictions?: number
  stream_gaps?: number
  stream_drops?: number
  late?: number
  observations?: number
  capture_seconds: number
  elapsed_seconds: number
}

export interface Sensor {
  id: string
  name: string
  version?: string
  sources?: string[] | null
  state: string
  created: Time
  last_seen?: Time
  traffic_time?: Time
  stats: Stats
}

export interface Facet {
  value: string
  count: number
}

export interface Need {
  kind: string
  id: string
  severity: Severity
  text: string
  since: Time
}

export interface Overview {
  time: Time
  simulation: boolean
  devices: number
  devices_new: number
  devices_unknown: number
  by_type: Facet[]
  by_category: Facet[]
  by_vendor: Facet[]
  by_zone: Facet[]
  by_level: Facet[]
  alerts: Record<string, number>
  needs: Need[]
  risk_history: RiskPoint[]
  sensors: Sensor[]
}

export interface Upload {
  id: string
  name: string
  bytes: number
  state: string
  bytes_done: number
  packets: number
  devices: number
  error?: string
  by: string
  created: Time
  ended?: Time
}

export interface Zone {
  id: string
  name: string
  kind: string
  purdue_level?: number
  prefixes: string[] | null
}

export interface DeviceType {
  name: string
  title: string
  category: string
}

export interface User {
  id: string
  name: string
  role: Role
  disabled?: boolean
  created: Time
  last_seen?: Time
  version: number
}

export interface Token {
  id: string
  name: string
  role: Role
  created: Time
  expires?: Time
  last_used?: Time
  owner: string
}

export interface Receiver {
  name: string
  notifier: string
  enabled: boolean
  min_severity: Severity
  config: unknown
}

export interface Session {
  user: User
  csrf: string
  version: string
  simulation: boolean
  features?: string[] | null
}

export interface Live {
  seq: number
  time: Time
  type: string
  id: string
  data: unknown
}
