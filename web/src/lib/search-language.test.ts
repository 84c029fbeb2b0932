import { describe, expect, it } from 'vitest'
import { complete, formatSearch, parseSearch, suggest } from './search-language.ts'

describe('the search language', () => {
  it.each([
    ['vendor:axis', [{ field: 'vendor', op: ':', value: 'axis' }]],
    [
      'risk>=60 -zone:office',
      [
        { field: 'risk', op: '>=', value: '60' },
        { field: 'zone', op: ':', value: 'office', not: true },
      ],
    ],
    ['"exact words"', [{ value: 'exact words' }]],
    ['name:"front \\"door\\""', [{ field: 'name', op: ':', value: 'front "door"' }]],
    ['00:40:8c:12:34:56', [{ value: '00:40:8c:12:34:56' }]],
    ['fe80::1', [{ value: 'fe80::1' }]],
    ['nofield:x', [{ value: 'nofield:x' }]],
    ['', []],
  ])('reads %s', (text, terms) => {
    expect(parseSearch(text)).toEqual(terms)
  })

  it('writes what it reads', () => {
    const terms = [
      { field: 'name', op: ':', value: 'a "b" c' },
      { value: 'two words', not: true },
      { field: 'port', op: '=', value: '502' },
    ]
    expect(parseSearch(formatSearch(terms))).toEqual(terms)
  })

  it('offers fields for what is half typed, and completes it', () => {
    expect(suggest('risk>60 ven').map((f) => f.name)).toEqual(['vendor'])
    expect(suggest('vendor:ax')).toEqual([])
    const [vendor] = suggest('-ven')
    expect(vendor && complete('-ven', vendor)).toBe('-vendor:')
  })
})
