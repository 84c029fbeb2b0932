import type { Attachment, Claim, Device, Evidence, Identity } from '../api/types.ts'
import { typeTitle } from './device-types.ts'
import { sureness } from './levels.ts'

export const identityFields = ['type', 'vendor', 'model', 'os', 'firmware'] as const
export type IdentityField = (typeof identityFields)[number]

/** What a person should see first, in the server's order: name, model, hostname, kind, address. */
export function deviceTitle(d: Device): string {
  const { vendor, model, type } = d.identity
  if (d.name) return d.name
  if (vendor && model) return joinModel(vendor.value, model.value)
  const host = d.hostnames?.[0]
  if (host) return host
  if (vendor && type.value !== 'unknown') return `${vendor.value} ${typeTitle(type.value)}`
  return d.ips?.[0] ?? d.macs?.[0] ?? d.id
}

/** Vendor and model without saying the vendor twice. */
export function joinModel(vendor: string, model: string): string {
  return model.toLowerCase().startsWith(vendor.toLowerCase()) ? model : `${vendor} ${model}`
}

/** Vendor and model as known, for a column. */
export function makeOf(d: Device): string {
  const { vendor, model } = d.identity
  if (vendor && model) return joinModel(vendor.value, model.value)
  return vendor?.value ?? model?.value ?? ''
}

const leads: Record<string, string> = {
  sure: 'This is',
  'quite sure': 'This is very likely',
  likely: 'This is probably',
}

/** One sentence: what it is and how sure. */
export const verdict = (d: Device): string => verdictOf(d.identity)

export function verdictOf({ vendor, model, type }: Identity): string {
  const kind = type.value === 'unknown' ? '' : lowerTitle(typeTitle(type.value))
  const surest = model ?? (kind ? type : vendor)
  if (!surest || surest.confidence === 0) return 'Not enough was seen to say what this is.'
  const lead = leads[sureness(surest.confidence)] ?? 'This may be'
  if (model) {
    const name = vendor ? joinModel(vendor.value, model.value) : model.value
    return `${lead} ${withArticle(name)}${kind && `, ${withArticle(kind)}`}.`
  }
  if (kind) return `${lead} ${withArticle([vendor?.value, kind].filter(Boolean).join(' '))}.`
  return `${lead} something made by ${surest.value}.`
}

/** Lower case, but for abbreviations: "Network switch", not "PLC" or "VoIP phone". */
export const lowerTitle = (title: string): string =>
  /^[A-Z][a-z]+(-[a-z]+)*( |$)/.test(title) ? title[0]?.toLowerCase() + title.slice(1) : title

// Letters that begin with a vowel sound when they are spelt out.
const spelt = /^[AEFHILMNORSX][A-Z0-9]{1,3}\b/

export const withArticle = (name: string): string =>
  `${spelt.test(name) || (/^[aeio]/i.test(name) && !/^[A-Z]{2}/.test(name)) ? 'an' : 'a'} ${name}`

/** What a piece of evidence speaks for, in words. */
export function supportOf(e: Evidence): string {
  const what = e.supports === 'type' ? typeTitle(e.claim) : e.claim
  if (!what) return e.supports
  return e.weight < 0 ? `against ${e.supports} ${what}` : `${e.supports} ${what}`
}

/** Whether a claim is the learned model's: no signature knows the device. */
export function isGuess(d: Device, field: IdentityField): boolean {
  const value = d.identity[field]?.value
  return (d.evidence ?? []).some((e) => e.source === 'model' && e.supports === field && e.claim === value)
}

/** The heaviest reasons, one for each thing observed. */
export function heaviest(evidence: Evidence[] | null | undefined, n: number): Evidence[] {
  const seen = new Set<string>()
  const out: Evidence[] = []
  for (const e of [...(evidence ?? [])].sort((a, b) => b.weight - a.weight)) {
    const key = `${e.key}=${e.value}`
    if (seen.has(key) || e.weight <= 0) continue
    seen.add(key)
    out.push(e)
    if (out.length === n) break
  }
  return out
}

/** The surest claim that lost, with what it is about. */
export function runnerUp(d: Device): { what: string; claim: Claim } | undefined {
  const entries = Object.entries(d.runner_up ?? {}).filter((e): e is [string, Claim] => !!e[1])
  entries.sort((a, b) => b[1].confidence - a[1].confidence)
  const first = entries[0]
  return first && { what: first[0], claim: first[1] }
}

const control = new Set(['ot', 'medical', 'building'])

/** Whether the device may move something in the world: people must type its name. */
export function isControl(d: Device, category: string): boolean {
  return control.has(category) || (d.roles ?? []).includes('ot')
}

/** Which port of a switch, in words. */
export function attachedWords(a: Attachment): string {
  const where = a.switch_name ? `${a.switch_name} (${a.switch})` : a.switch
  return [`port ${a.port} of ${where}`, a.vlan && `VLAN ${a.vlan}`, a.alias].filter(Boolean).join(', ')
}
