// Evidence as rows of a table.
import type { Evidence } from '../api/types.ts'

export interface EvidenceRow {
  evidence: Evidence
  /** What it speaks against, where that is several things at once. */
  against: string[]
}

/** The heaviest first; what one observation says against many things by one signature is one row. */
export function evidenceRows(list: Evidence[]): EvidenceRow[] {
  const rows = new Map<string, EvidenceRow>()
  for (const [i, e] of [...list].sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight)).entries()) {
    const key = e.weight < 0 ? [e.supports, e.key, e.value, e.signature, e.weight].join('\n') : String(i)
    const row = rows.get(key)
    if (row) row.against.push(e.claim)
    else rows.set(key, { evidence: e, against: e.weight < 0 ? [e.claim] : [] })
  }
  return [...rows.values()]
}
