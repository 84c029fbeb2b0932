// Entries of the ledger in words: what somebody decided of a device.
import type { LedgerEntry } from '../api/types.ts'
import { typeTitle } from './device-types.ts'
import { words } from './format.ts'

const rulings: Record<string, string> = { lock: 'set to', confirm: 'confirmed as', reject: 'is not' }

export function ledgerWords({ op, detail }: LedgerEntry): string {
  const { field, value, new: name } = detail ?? {}
  if (op === 'rename') return name ? `Called ${name}` : 'Name taken away'
  const ruling = rulings[op]
  if (!ruling || !field || !value) return words(op)
  const what = field === 'purdue_level' ? 'Purdue level' : field === 'os' ? 'System' : words(field)
  return `${what} ${ruling} ${field === 'type' ? typeTitle(value) : value}`
}
