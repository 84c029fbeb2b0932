import { beforeEach, describe, expect, it } from 'vitest'
import type { Evidence, LedgerEntry } from '../api/types.ts'
import { aDevice } from '../test/samples.ts'
import { learnTypes } from './device-types.ts'
import { evidenceRows } from './evidence-rows.ts'
import { ledgerWords } from './ledger-words.ts'
import { heldBy, purdueTitle } from './standing-words.ts'

beforeEach(() =>
  learnTypes([
    {
      name: 'camera',
      title: 'Camera',
      category: 'camera',
      criticality: 'medium',
      purdue_level: 4,
      zone: 'iot',
    },
    { name: 'plc', title: 'PLC', category: 'ot' },
  ]),
)

describe('how a device stands', () => {
  it('says by whose word, and what would be expected of its type', () => {
    const d = aDevice()
    expect(heldBy({ value: 'medium', by: 'type' }, d, 'criticality')).toBe('by its type: camera')
    expect(heldBy({ value: '2', by: 'zone' }, d, 'purdue_level')).toBe('by its zone; expected of its type: 4')
    expect(heldBy({ value: '4', by: 'zone' }, d, 'purdue_level')).toBe('by its zone')
    expect(heldBy({ value: 'ot', by: 'zone' }, d, 'zone_kind')).toBe('expected of its type: IoT')
    expect(heldBy({ value: 'iot', by: 'zone' }, d, 'zone_kind')).toBe('')
    const said = { value: 'low', by: 'user', actor: 'anna', reason: 'a spare' } as const
    expect(heldBy(said, d, 'criticality')).toBe('by anna: a spare; expected of its type: medium')
    const strange = aDevice({ identity: { type: { value: 'unknown', confidence: 0 } } })
    expect(heldBy(said, strange, 'criticality')).toBe('by anna: a spare')
  })

  it('names the levels, and leaves one that has no name as it is', () => {
    expect(purdueTitle('3.5')).toBe('3.5 · DMZ')
    expect(purdueTitle('1.5')).toBe('1.5')
  })
})

describe('an entry of the ledger', () => {
  const entry = (op: string, detail: Record<string, string>): LedgerEntry => ({
    id: 'l1',
    time: '',
    actor: 'anna',
    op,
    reason: '',
    device: 'd1',
    detail,
  })
  it('says what was decided', () => {
    expect(ledgerWords(entry('lock', { field: 'type', value: 'plc' }))).toBe('Type set to PLC')
    expect(ledgerWords(entry('reject', { field: 'model', value: 'X' }))).toBe('Model is not X')
    expect(ledgerWords(entry('lock', { field: 'purdue_level', value: '2' }))).toBe('Purdue level set to 2')
    expect(ledgerWords(entry('rename', { new: 'Gate' }))).toBe('Called Gate')
    expect(ledgerWords(entry('rename', { new: '' }))).toBe('Name taken away')
    expect(ledgerWords(entry('merge', {}))).toBe('Merge')
  })
})

describe('rows of evidence', () => {
  it('puts what one observation says against many things into one row', () => {
    const e = (claim: string, weight: number, value = 'MSFT 5.0'): Evidence => ({
      key: 'dhcp.vendor_class',
      value,
      source: 'dhcp',
      supports: 'type',
      claim,
      weight,
      signature: 'windows.dhcp',
    })
    const rows = evidenceRows([
      e('camera', -3),
      e('hub', -3),
      e('workstation', 4),
      e('tv', 4),
      e('scale', -3, 'x'),
    ])
    expect(rows.map((r) => [r.evidence.weight, r.evidence.claim, r.against])).toEqual([
      [4, 'workstation', []],
      [4, 'tv', []],
      [-3, 'camera', ['camera', 'hub']],
      [-3, 'scale', ['scale']],
    ])
  })
})
