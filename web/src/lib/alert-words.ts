import type { Alert } from '../api/types.ts'

export interface Comparison {
  what: string
  observed: number
  normal: number
  spread: number
  threshold: number
}

const number = (text: string | undefined): number | undefined => {
  const n = text === undefined || text === '' ? NaN : Number(text)
  return Number.isFinite(n) ? n : undefined
}

/**
 * What was observed against what is normal, where the evidence has both: a
 * value with a threshold, a mean or a usual value beside it.
 */
export function comparisonOf(a: Alert): Comparison | undefined {
  const e = a.evidence ?? {}
  const observed = number(e.observed ?? e.value ?? e.count ?? e.ports ?? e.hosts ?? e.targets)
  const threshold = number(e.threshold ?? e.limit)
  const normal = number(e.normal ?? e.mean ?? e.usual ?? e.expected)
  if (observed === undefined || (threshold === undefined && normal === undefined)) return undefined
  return {
    what: e.feature ?? a.title ?? a.detector,
    observed,
    normal: normal ?? 0,
    spread: number(e.deviation) ?? 0,
    threshold: threshold ?? 0,
  }
}

const tactics: Record<string, string> = {
  T0846: 'Remote system discovery',
  T0840: 'Network connection enumeration',
  T0842: 'Network sniffing',
  T0830: 'Adversary in the middle',
  T0859: 'Valid accounts',
  T0866: 'Exploitation of remote services',
  T0812: 'Default credentials',
  T0855: 'Unauthorized command message',
  T1046: 'Network service discovery',
  T1557: 'Adversary in the middle',
  'T1557.002': 'ARP cache poisoning',
  T1110: 'Brute force',
  T1021: 'Remote services',
  T1595: 'Active scanning',
}

/** The name of an ATT&CK technique, where it is one of those that Heron raises. */
export const attackTitle = (id: string): string => tactics[id] ?? ''

const verdicts = { true: 'True', false: 'False alarm', expected: 'Expected here' }

/** A person's judgement in words. */
export const verdictTitle = (v: string | undefined): string => verdicts[v as keyof typeof verdicts] ?? ''
