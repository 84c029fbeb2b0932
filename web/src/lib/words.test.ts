import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { aDevice, anAlert } from '../test/samples.ts'
import { comparisonOf } from './alert-words.ts'
import { learnTypes } from './device-types.ts'
import {
  deviceTitle,
  heaviest,
  isControl,
  joinModel,
  makeOf,
  runnerUp,
  supportOf,
  verdict,
  withArticle,
} from './device-words.ts'
import { reasonOf } from './reason-words.ts'

beforeEach(() =>
  learnTypes([
    { name: 'camera', title: 'Camera', category: 'camera' },
    { name: 'plc', title: 'PLC', category: 'ot' },
  ]),
)

describe('what a device is called', () => {
  it('prefers the given name, then the model, the hostname, the kind, the address', () => {
    const { identity } = aDevice()
    const kind = { vendor: identity.vendor, type: identity.type }
    expect(deviceTitle(aDevice({ name: 'Front door' }))).toBe('Front door')
    expect(deviceTitle(aDevice())).toBe('Axis M3045-V')
    expect(deviceTitle(aDevice({ identity: kind }))).toBe('cam-7')
    expect(deviceTitle(aDevice({ identity: kind, hostnames: [] }))).toBe('Axis Camera')
    expect(
      deviceTitle(aDevice({ identity: { type: { value: 'unknown', confidence: 0 } }, hostnames: [] })),
    ).toBe('10.0.20.7')
  })
  it('does not say the vendor twice', () => {
    expect(joinModel('Axis', 'AXIS M3045')).toBe('AXIS M3045')
    expect(makeOf(aDevice({ identity: { type: { value: 'unknown', confidence: 0 } } }))).toBe('')
  })
})

describe('the verdict', () => {
  it('says what it is and how sure', () => {
    const { identity } = aDevice()
    expect(verdict(aDevice())).toBe('This is very likely an Axis M3045-V, a camera.')
    expect(verdict(aDevice({ identity: { type: { value: 'plc', confidence: 0.96 } } }))).toBe(
      'This is a PLC.',
    )
    expect(
      verdict(aDevice({ identity: { vendor: identity.vendor, type: { value: 'unknown', confidence: 0 } } })),
    ).toBe('This is something made by Axis.')
    expect(verdict(aDevice({ identity: { type: { value: 'unknown', confidence: 0 } } }))).toMatch(
      /^Not enough/,
    )
  })
  it('leaves abbreviations as they are in a sentence', () => {
    learnTypes([
      { name: 'voip_phone', title: 'VoIP phone', category: 'office' },
      { name: 'hub', title: 'Smart-home hub', category: 'home' },
      { name: 'iot', title: 'IoT gateway', category: 'network' },
    ])
    const said = (value: string): string =>
      verdict(aDevice({ identity: { type: { value, confidence: 0.99 } } }))
    expect(['voip_phone', 'hub', 'iot'].map(said)).toEqual([
      'This is a VoIP phone.',
      'This is a smart-home hub.',
      'This is an IoT gateway.',
    ])
  })
  it('chooses the article by the sound', () => {
    expect(
      ['HP printer', 'PLC', 'Apple TV', 'UPS', 'IP camera', 'HMI', 'Raspberry Pi'].map(withArticle),
    ).toEqual(['an HP printer', 'a PLC', 'an Apple TV', 'a UPS', 'an IP camera', 'an HMI', 'a Raspberry Pi'])
  })
  it('gives the heaviest reasons in words, and leaves out what speaks against', () => {
    const reasons = heaviest(aDevice().evidence, 3)
    expect(reasons.map(reasonOf)).toEqual([
      'Its web server says “Axis M3045-V”',
      'Its hardware address belongs to “Axis Communications”',
    ])
    expect(aDevice().evidence.map(supportOf)).toEqual([
      'model M3045-V',
      'vendor Axis',
      'against type Printer',
    ])
  })
  it('tells what the model counts by its name', () => {
    expect(reasonOf({ key: 'profile.sizes_out', value: '31 %' })).toBe('In its traffic, sizes out is “31 %”')
  })
  it('has words for every key that a signature reads', () => {
    const said = (key: string): string => reasonOf({ key, value: 'x' })
    const folder = resolve(import.meta.dirname, '../../../internal/identify/signatures')
    const signatures = readdirSync(folder)
      .map((name) => readFileSync(resolve(folder, name), 'utf8'))
      .join('\n')
    const keys = [...signatures.matchAll(/\bkey: (?:\[([^\]]*)\]|([\w.-]+))/g)]
      .flatMap(([, list, one]) => (list ?? one ?? '').split(/,\s*/))
      .filter((key) => /^[a-z]/.test(key)) // those that begin with @ are sets
    expect(keys.length).toBeGreaterThan(100)
    expect(keys.filter((key) => said(key).startsWith(`${key} is`))).toEqual([])
    expect(said('thing.new')).toBe('thing.new is “x”')
  })
  it('names the surest claim that lost', () => {
    const d = aDevice({
      runner_up: { type: { value: 'nvr', confidence: 0.1 }, model: { value: 'M3046', confidence: 0.3 } },
    })
    expect(runnerUp(d)).toEqual({ what: 'model', claim: { value: 'M3046', confidence: 0.3 } })
  })
  it('takes for a control device what the type or a role says', () => {
    expect(isControl(aDevice(), 'ot')).toBe(true)
    expect(isControl(aDevice({ roles: ['ot'] }), 'camera')).toBe(true)
    expect(isControl(aDevice(), 'camera')).toBe(false)
  })
})

describe('observed against normal', () => {
  it('is there when the evidence has both', () => {
    const a = anAlert({
      evidence: { value: '900', threshold: '100', mean: '12', deviation: '4', feature: 'bytes_out' },
    })
    expect(comparisonOf(a)).toEqual({
      what: 'bytes_out',
      observed: 900,
      normal: 12,
      spread: 4,
      threshold: 100,
    })
  })
  it('is not made up otherwise', () => {
    expect(comparisonOf(anAlert({ evidence: { ports: '22, 23', hosts: '4' } }))).toBeUndefined()
  })
})
