// The nouns of the API, by the names that the page calls them. All but the last
// few are the server's own: `npm run gen` writes schema.gen.d.ts from its description.
import type { components } from './schema.gen.d.ts'

type Schemas = components['schemas']

export type Action = Schemas['Action']
export type ActionPlan = Schemas['ActionPlan']
export type ActionStep = Schemas['ActionStep']
export type Alert = Schemas['Alert']
export type AuditEntry = Schemas['AuditEntry']
export type AuditProof = Schemas['AuditProof']
export type Baseline = Schemas['Baseline']
export type Claim = Schemas['Claim']
export type Cluster = Schemas['Cluster']
export type Signatures = Schemas['Signatures']
export type Control = Schemas['Control']
export type ControlResult = Schemas['ControlResult']
export type Correction = Schemas['Correction']
export type Attachment = Schemas['Attachment']
export type Credential = Schemas['Credential']
export type Device = Schemas['Device']
export type DeviceChange = Schemas['DeviceChange']
export type DeviceType = Schemas['DeviceType']
export type Presence = Schemas['Presence']
export type PresenceState = Schemas['PresenceState']
export type Evidence = Schemas['Evidence']
export type Example = Schemas['Example']
export type Executor = Schemas['Executor']
export type Facet = Schemas['Facet']
export type FactorScore = Schemas['FactorScore']
export type Contest = Schemas['Contest']
export type FieldQuality = Schemas['FieldQuality']
export type JudgedAnswers = Schemas['JudgedAnswers']
export type Held = Schemas['Held']
export type PortStay = Schemas['PortStay']
export type IdentityQuality = Schemas['IdentityQuality']
export type Identity = Schemas['Identity']
export type LedgerEntry = Schemas['LedgerEntry']
export type Need = Schemas['Need']
export type NewSensor = Schemas['NewSensor']
export type NewToken = Schemas['NewToken']
export type Notification = Schemas['Notification']
export type Observation = Schemas['Observation']
export type Overview = Schemas['Overview']
export type Peer = Schemas['Peer']
export type Receiver = Schemas['Receiver']
export type RiskPoint = Schemas['RiskPoint']
export type RiskReason = Schemas['RiskReason']
export type RiskScore = Schemas['RiskScore']
export type RiskSummary = Schemas['RiskSummary']
export type RunnerUp = Schemas['RunnerUp']
export type Ruling = Schemas['Ruling']
export type Scan = Schemas['Scan']
export type ScanPlan = Schemas['ScanPlan']
export type ScanRequest = Schemas['ScanRequest']
export type ScanStep = Schemas['ScanStep']
export type Sensor = Schemas['Sensor']
export type Service = Schemas['Service']
export type Settle = Schemas['Settle']
export type SignatureOutcome = Schemas['SignatureOutcome']
export type Stats = Schemas['Stats']
export type Tail = Schemas['Tail']
export type Token = Schemas['Token']
export type Traffic = Schemas['Traffic']
export type Trial = Schemas['Trial']
export type Upload = Schemas['Upload']
export type User = Schemas['User']
export type Vulnerability = Schemas['Vulnerability']
export type Zone = Schemas['Zone']
export type Session = Schemas['SessionInfo']

export type Severity = Alert['severity']
export type RiskLevel = RiskSummary['level']
export type AlertState = NonNullable<Alert['state']>
export type AlertVerdict = NonNullable<Alert['verdict']>
export type Role = User['role']

/** A part of a list; next is the cursor of the part after it. */
export interface List<T> {
  items: T[]
  next?: string
  total: number
}

/** A message of the live stream: the same nouns as over HTTP. */
export interface Live {
  seq: number
  time: string
  type: string
  id: string
  data: unknown
}
