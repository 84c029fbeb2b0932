import { describe, expect, it } from 'vitest'
import type { FieldQuality } from '../../api/types.ts'
import { saidOf, shared } from './clusters.tsx'
import { graded, remarks } from './quality.tsx'
import { pooled, total } from './reliability.tsx'
import { parsed } from './workbench.tsx'

const field: FieldQuality = {
  field: 'type',
  known: 10,
  tenths: [0, 0, 0, 0, 0, 1, 1, 2, 2, 4],
  contested: 1,
  confirmed: 0,
  locked: 2,
  rejected: 0,
  judged: Array.from({ length: 10 }, () => ({ answers: 0, right: 0, confidence: 0 })),
  calibration_error: 0,
}

describe('the quality of identities', () => {
  it('is told in grades that add up', () => {
    expect(graded(field)).toEqual([
      { name: 'sure', n: 4 },
      { name: 'quite sure', n: 4 },
      { name: 'unsure', n: 2 },
    ])
  })
  it('tells of contests and of people, where there is something to tell', () => {
    expect(remarks(field)).toBe('1 with a real alternative · 2 set by people')
    expect(remarks({ ...field, contested: 0, locked: 0 })).toBe('')
  })
})

describe('the reliability of identities', () => {
  it('is pooled over fields, each answer counting once', () => {
    const judged = field.judged.with(9, { answers: 3, right: 3, confidence: 0.96 })
    const other = field.judged.with(9, { answers: 1, right: 0, confidence: 0.92 })
    const all = pooled([
      { ...field, judged },
      { ...field, field: 'vendor', judged: other },
    ])
    expect(all[9]).toEqual({ answers: 4, right: 3, confidence: 0.95 })
    expect(total(all)).toEqual(all[9])
    expect(total([])).toEqual({ answers: 0, right: 0, confidence: 0 })
  })
})

describe('the workbench', () => {
  it('reads keys and values as people write them, and gives back what it cannot read', () => {
    const text =
      '# of a camera\nhttp.server = App-webs/\n\nmdns.txt.md:IPC = 4\nservice.open=tcp/554\nhello there'
    expect(parsed(text)).toEqual({
      observations: ['http.server=App-webs/', 'mdns.txt.md=IPC = 4', 'service.open=tcp/554'],
      wrong: ['hello there'],
    })
  })
})

describe('groups of unknown devices', () => {
  it('are told by what they have and others have not', () => {
    expect(shared(1, 0)).toBe('all of them, and nobody else')
    expect(saidOf({ said: { type: 'robot', vendor: 'Acme' } })).toBe('Acme Robot')
    expect(shared(1, 1)).toBe('all of them, and 1 other')
    expect(shared(0.857, 1200)).toBe('86 % of them, and 1,200 others')
  })
})
