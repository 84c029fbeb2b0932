// How a device stands in the plant, in words: how critical it is, and where it belongs.
import type { Device, Held } from '../api/types.ts'
import { typeStanding, typeTitle } from './device-types.ts'
import { lowerTitle } from './device-words.ts'

export const standingFields = ['criticality', 'purdue_level'] as const
export type StandingField = (typeof standingFields)[number]

/** How much harm a failure may do, the most first. */
export const criticalities = ['critical', 'high', 'medium', 'low'] as const
export type Criticality = (typeof criticalities)[number]

export const isCriticality = (v: string | undefined): v is Criticality =>
  (criticalities as readonly (string | undefined)[]).includes(v)

const levels: Record<string, string> = {
  '0': 'sensors and actuators',
  '1': 'controllers',
  '2': 'operation',
  '3': 'site systems',
  '3.5': 'DMZ',
  '4': 'office network',
  '5': 'enterprise',
}

/** The Purdue levels that people choose from. */
export const purdueLevels = ['0', '1', '2', '3', '3.5', '4', '5']

/** A Purdue level with what belongs there. */
export const purdueTitle = (level: string): string => (levels[level] ? `${level} · ${levels[level]}` : level)

const kinds: Record<string, string> = {
  ot: 'OT',
  iot: 'IoT',
  it: 'IT',
  guest: 'guests',
  medical: 'medical',
  pos: 'point of sale',
  dmz: 'DMZ',
}

export const zoneKindTitle = (kind: string): string => kinds[kind] ?? kind

/** By whose word a value holds, and what would be expected of its type where that is not the same. */
export function heldBy(h: Held, d: Device, field: StandingField | 'zone_kind'): string {
  const type = d.identity.type.value
  // Which zone it is in stands beside it.
  const zone = field === 'zone_kind' ? '' : 'by its zone'
  if (h.by === 'type') return `by its type: ${lowerTitle(typeTitle(type))}`
  const who = h.by === 'zone' ? zone : `by ${h.actor ?? 'a person'}${h.reason ? `: ${h.reason}` : ''}`
  const expected = typeStanding(type)?.[field]
  if (!expected || expected === h.value) return who
  const usual = `expected of its type: ${field === 'zone_kind' ? zoneKindTitle(expected) : expected}`
  return who ? `${who}; ${usual}` : usual
}
