import type { RiskLevel, Severity } from '../api/types.ts'

/** Severities, most urgent first. */
export const severities: Severity[] = ['critical', 'high', 'medium', 'low', 'info']

/** Risk levels, most urgent first; unknown is last, and is not "good". */
export const levels: RiskLevel[] = ['critical', 'high', 'medium', 'low', 'unknown']

export const rank = (s: Severity | RiskLevel): number => {
  const i = ([...severities, 'unknown'] as string[]).indexOf(s)
  return i < 0 ? severities.length : i
}

export function levelOf(score: number): RiskLevel {
  if (score >= 80) return 'critical'
  if (score >= 60) return 'high'
  return score >= 30 ? 'medium' : 'low'
}

/** A confidence in a word, for people who do not want a number. */
export function sureness(confidence: number): string {
  if (confidence >= 0.95) return 'sure'
  if (confidence >= 0.8) return 'quite sure'
  if (confidence >= 0.5) return 'likely'
  return confidence > 0 ? 'a guess' : 'unknown'
}

/** Where a score may really lie, in words; "" when nothing unknown could move it. */
export function rangeOf(r: { low: number; high: number }): string {
  const low = Math.round(r.low)
  const high = Math.round(r.high)
  return low === high ? '' : `between ${low} and ${high}`
}
