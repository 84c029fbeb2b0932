import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { coalesce } from './coalesce.ts'
import { bytes, listed, plural, words } from './format.ts'
import { levelOf, rangeOf, sureness } from './levels.ts'
import { formatPageSearch, parsePageSearch, texts, toggled } from './page-search.ts'
import { bandPath, linePath, nearest, scale, ticks } from './series.ts'
import { ago, freshness, shortDuration, until } from './time.ts'

const now = Date.parse('2026-11-23T12:00:00Z')
const before = (seconds: number): string => new Date(now - seconds * 1000).toISOString()

describe('time', () => {
  it.each([
    [2, 'now'],
    [42, '42 s ago'],
    [600, '10 min ago'],
    [3 * 3600, '3 h ago'],
    [3 * 86400, '3 d ago'],
  ])('%d seconds are "%s"', (seconds, text) => expect(ago(before(seconds), now)).toBe(text))

  it('says never for a time that is not known', () => {
    expect(ago('', now)).toBe('never')
    expect(ago(undefined, now)).toBe('never')
    expect(freshness('', now)).toBe('never')
  })

  it('tells fresh from stale', () => {
    expect([60, 3600, 2 * 86400].map((s) => freshness(before(s), now))).toEqual(['live', 'recent', 'quiet'])
  })

  it('counts down', () => {
    expect(until(before(-600), now)).toBe('in 10 min')
    expect(until(before(5), now)).toBe('due')
    expect(shortDuration(-1)).toBe('0 s')
  })
})

describe('format', () => {
  it('counts bytes by thousands', () => {
    expect([0, 999, 1000, 1_440_000, 2.5e12].map(bytes)).toEqual([
      '0 B',
      '999 B',
      '1.0 kB',
      '1.4 MB',
      '2.5 TB',
    ])
  })
  it('makes words', () => {
    expect(words('rolled_back')).toBe('Rolled back')
    expect(plural(1, 'device')).toBe('1 device')
    expect(plural(2, 'entry', 'entries')).toBe('2 entries')
    expect(listed(['a', 'b', 'c'])).toBe('a, b and c')
  })
})

describe('levels', () => {
  it('agrees with the server on the borders', () => {
    expect([29.9, 30, 59.9, 60, 79.9, 80].map(levelOf)).toEqual([
      'low',
      'medium',
      'medium',
      'high',
      'high',
      'critical',
    ])
  })
  it('has a word for confidence and for a range', () => {
    expect([0.97, 0.85, 0.6, 0.2, 0].map(sureness)).toEqual([
      'sure',
      'quite sure',
      'likely',
      'a guess',
      'unknown',
    ])
    expect(rangeOf({ low: 12.4, high: 40 })).toBe('between 12 and 40')
    expect(rangeOf({ low: 80, high: 80.2 })).toBe('')
  })
})

describe('the address of a page', () => {
  it('keeps several values of one name, and commas in them', () => {
    const search = { q: 'a b', vendor: ['Axis', 'Foo, Inc.'], zone: undefined }
    const text = formatPageSearch(search)
    expect(text).toBe('?q=a+b&vendor=Axis&vendor=Foo%2C+Inc.')
    expect(parsePageSearch(text)).toEqual({ q: 'a b', vendor: ['Axis', 'Foo, Inc.'] })
  })
  it('toggles', () => {
    expect(toggled(undefined, 'a')).toEqual(['a'])
    expect(toggled(['a', 'b'], 'a')).toEqual(['b'])
    expect(toggled(['a'], 'a')).toBeUndefined()
    expect(texts('a')).toEqual(['a'])
    expect(texts(undefined)).toBeUndefined()
  })
})

describe('series', () => {
  it('scales, and puts an empty domain in the middle', () => {
    expect(scale(0, 10, 0, 100)(5)).toBe(50)
    expect(scale(3, 3, 0, 100)(3)).toBe(50)
  })
  it('chooses round ticks that cover the range', () => {
    expect(ticks(0, 100, 4)).toEqual([0, 50, 100])
    expect(ticks(0, 0.7, 4)).toEqual([0, 0.2, 0.4, 0.6])
    expect(ticks(5, 5, 4)).toEqual([5])
  })
  it('draws', () => {
    const line = [
      { x: 0, y: 1 },
      { x: 10, y: 2 },
    ]
    expect(linePath(line)).toBe('M0.0,1.0L10.0,2.0')
    expect(bandPath(line, line)).toBe('M0.0,1.0L10.0,2.0L10.0,2.0L0.0,1.0Z')
    expect(nearest(line, 7)).toBe(1)
    expect(linePath([])).toBe('')
  })
})

describe('coalesce', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('hands on the last value of each key, once per interval', () => {
    const batches: number[][] = []
    const c = coalesce<number>(100, (b) => batches.push(b))
    for (let i = 0; i < 1000; i++) c.add(`k${i % 3}`, i)
    expect(batches).toEqual([])
    vi.advanceTimersByTime(100)
    expect(batches).toEqual([[999, 997, 998]])
    vi.advanceTimersByTime(1000)
    expect(batches).toHaveLength(1)
  })

  it('forgets what waits when it is stopped', () => {
    const hand = vi.fn()
    const c = coalesce<number>(100, hand)
    c.add('a', 1)
    c.stop()
    vi.advanceTimersByTime(1000)
    expect(hand).not.toHaveBeenCalled()
  })
})
