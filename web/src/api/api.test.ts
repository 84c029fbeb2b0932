import { QueryClient } from '@tanstack/react-query'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { aDevice, anAlert } from '../test/samples.ts'
import { updateAlert } from './alerts.ts'
import { address, get, patch, problemOf, setCsrf } from './client.ts'
import { LiveConnection } from './live.ts'
import { liveCache, Newcomers } from './live-cache.ts'
import type { Device, List, Live } from './types.ts'

describe('the client', () => {
  it('fills paths, repeats lists and leaves out what is empty', () => {
    expect(address('/devices/{id}/peers', { id: 'a/b' })).toBe('/api/v1/devices/a%2Fb/peers')
    expect(address('/devices', {}, { q: '', vendor: ['A, B', 'C'], limit: 5, zone: undefined })).toBe(
      '/api/v1/devices?vendor=A%2C+B&vendor=C&limit=5',
    )
  })

  it('sends the token and the version with a change', async () => {
    const fetch = vi.fn((_url: string, _init: RequestInit) => Promise.resolve(new Response('{"id":"d1"}')))
    vi.stubGlobal('fetch', fetch)
    setCsrf('secret')
    await patch('/devices/{id}', { path: { id: 'd1' }, body: { name: 'x' }, version: 7 })
    const headers = new Headers(fetch.mock.calls[0]?.[1].headers)
    expect(headers.get('X-CSRF-Token')).toBe('secret')
    expect(headers.get('If-Match')).toBe('"7"')
  })

  it('says what the server said, and says so when it says nothing', async () => {
    expect(problemOf(412, '{"title":"Stale","detail":"it changed meanwhile"}')).toMatchObject({
      message: 'it changed meanwhile',
      conflict: true,
    })
    expect(problemOf(502, '<html>').message).toMatch('502')
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('refused')))
    await expect(get('/zones')).rejects.toMatchObject({
      status: 0,
      message: expect.stringMatching('reached') as string,
    })
  })
})

class FakeSocket {
  static all: FakeSocket[] = []
  onmessage: ((e: { data: string }) => void) | null = null
  onclose: (() => void) | null = null
  closed = false
  readonly url: string
  constructor(url: string) {
    this.url = url
    FakeSocket.all.push(this)
  }
  close(): void {
    this.closed = true
  }
  say(m: unknown): void {
    this.onmessage?.({ data: JSON.stringify(m) })
  }
}

describe('the live connection', () => {
  beforeEach(() => {
    vi.useFakeTimers()
    FakeSocket.all = []
  })
  afterEach(() => void vi.useRealTimers())

  const connect = () => {
    const batches: Live[][] = []
    const reset = vi.fn()
    const live = new LiveConnection(
      { changes: (b) => batches.push(b), reset },
      {
        url: (since) => `ws:${since}`,
        socket: (url) => new FakeSocket(url) as unknown as WebSocket,
        interval: 100,
      },
    )
    live.start()
    return { live, batches, reset, last: () => FakeSocket.all.at(-1) as FakeSocket }
  }
  const change = (seq: number, id = 'd1') => ({ seq, time: '', type: 'device.changed', id, data: { seq } })

  it('hands over a batch with the newest of each thing', () => {
    const { batches, last, live } = connect()
    last().say({ type: 'hello', seq: 5 })
    expect(live.snapshot().state).toBe('live')
    for (let i = 6; i < 1006; i++) last().say(change(i, `d${i % 2}`))
    vi.advanceTimersByTime(100)
    expect(batches.map((b) => b.map((m) => m.seq))).toEqual([[1004, 1005]])
  })

  it('goes on where it stopped after the connection broke', () => {
    const { last, live } = connect()
    last().say({ type: 'hello', seq: 5 })
    last().say(change(9))
    last().onclose?.()
    expect(live.snapshot().state).toBe('reconnecting')
    vi.advanceTimersByTime(5000)
    expect(FakeSocket.all).toHaveLength(2)
    expect(last().url).toBe('ws:9')
  })

  it('takes silence for a broken connection', () => {
    const { last } = connect()
    last().say({ type: 'hello', seq: 5 })
    const first = last()
    vi.advanceTimersByTime(70_000)
    expect(first.closed).toBe(true)
    expect(FakeSocket.all.length).toBeGreaterThan(1)
  })

  it('pauses, and goes on from there', () => {
    const { live, last, batches } = connect()
    last().say({ type: 'hello', seq: 5 })
    last().say(change(6))
    live.stop('paused')
    expect(batches).toHaveLength(1)
    expect(live.snapshot().state).toBe('paused')
    live.start()
    expect(last().url).toBe('ws:6')
  })

  it('asks for everything again when too much was missed', () => {
    const { last, reset } = connect()
    last().say({ type: 'reset', seq: 900 })
    expect(reset).toHaveBeenCalledOnce()
  })
})

describe('live changes in the cache', () => {
  const message = (type: string, id: string, data: unknown): Live => ({ seq: 1, time: '', type, id, data })

  it('change a device where it is shown, and make nothing jump', () => {
    const client = new QueryClient()
    const newcomers = new Newcomers()
    const shown: List<Device> = { items: [aDevice(), aDevice({ id: 'd2' })], total: 2 }
    client.setQueryData(['devices', {}, 0, ''], shown)
    client.setQueryData(['device', 'd2'], shown.items[1])
    // Of an old capture: seen for ten seconds, and long since known.
    const brief = aDevice({ id: 'd4', first_seen: '2026-01-05T08:00:00Z', last_seen: '2026-01-05T08:00:10Z' })
    liveCache(
      client,
      newcomers,
    )([
      message('device.changed', 'd2', aDevice({ id: 'd2', name: 'new name' })),
      message('device.changed', 'd3', aDevice({ id: 'd3' })),
      message('device.timeline', 'd3', { kind: 'new', device_id: 'd3' }),
      message('device.changed', 'd4', brief),
      message('device.timeline', 'd4', { kind: 'identity', device_id: 'd4' }),
    ])
    const list = client.getQueryData<List<Device>>(['devices', {}, 0, ''])
    expect(list?.items.map((d) => d.id)).toEqual(['d1', 'd2'])
    expect(list?.items[1]?.name).toBe('new name')
    expect(list?.items[0]).toBe(shown.items[0])
    expect(client.getQueryData<Device>(['device', 'd2'])?.name).toBe('new name')
    expect(newcomers.snapshot()).toEqual({ devices: 1, alerts: 0 })
  })

  it('tell how many new alerts wait, once each', () => {
    const client = new QueryClient()
    const newcomers = new Newcomers()
    const apply = liveCache(client, newcomers)
    client.setQueryData(['alerts', {}], {
      pages: [{ items: [anAlert()], total: 1 }],
      pageParams: [undefined],
    })
    apply([
      message('alert.changed', 'a1', anAlert({ count: 9 })),
      message('alert.changed', 'a2', anAlert({ id: 'a2' })),
    ])
    apply([message('alert.changed', 'a2', anAlert({ id: 'a2', count: 3 }))])
    expect(newcomers.snapshot().alerts).toBe(1)
    const data = client.getQueryData<{ pages: { items: { count: number }[] }[] }>(['alerts', {}])
    expect(data?.pages[0]?.items.map((a) => a.count)).toEqual([9])
    newcomers.clear('alerts')
    expect(newcomers.snapshot().alerts).toBe(0)
  })
})

describe('judging an alert that keeps coming back', () => {
  const stale = () =>
    new Response('{"title":"Stale","detail":"the alert changed meanwhile"}', { status: 412 })
  const json = (v: unknown) => new Response(JSON.stringify(v))

  it('tries again with the new version', async () => {
    const answers = [
      stale(),
      json(anAlert({ version: 2, count: 9 })),
      json(anAlert({ version: 3, verdict: 'true' })),
    ]
    const fetch = vi.fn((_url: string, _init: RequestInit) => Promise.resolve(answers.shift() as Response))
    vi.stubGlobal('fetch', fetch)
    await expect(updateAlert(anAlert(), { verdict: 'true' })).resolves.toMatchObject({ verdict: 'true' })
    expect(new Headers(fetch.mock.calls[2]?.[1].headers).get('If-Match')).toBe('"2"')
  })

  it('gives up when another person decided meanwhile', async () => {
    const answers = [stale(), json(anAlert({ version: 2, state: 'closed' }))]
    vi.stubGlobal('fetch', () => Promise.resolve(answers.shift() as Response))
    await expect(updateAlert(anAlert(), { verdict: 'true' })).rejects.toMatchObject({ status: 412 })
  })
})
