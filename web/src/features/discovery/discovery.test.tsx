import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Scan, Sensor } from '../../api/types.ts'
import { Toasts } from '../../ui/toast.tsx'
import { kinds } from './plan-shown.tsx'
import { secondsLeft, share } from './scan-list.tsx'
import { ScanWizard } from './scan-wizard.tsx'
import { listed } from './whom-step.tsx'

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

const step = { host: '192.0.2.7', send: 'tcp connect', port: 502, at_most: 1 }

function showWizard(): void {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <Toasts>
        <ScanWizard />
      </Toasts>
    </QueryClientProvider>,
  )
}

describe('discovery', () => {
  it('shows the plan before it sends a packet', async () => {
    const asked: string[] = []
    vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
      if (init.method === 'POST') asked.push(`${url} ${init.body as string}`)
      const answer = url.endsWith('/plan') ? { total: 1, steps: [step] } : { items: [], total: 0 }
      return Promise.resolve(new Response(JSON.stringify(answer)))
    })
    showWizard()
    const next = screen.getByRole('button', { name: 'Show the plan' })
    expect(next).toHaveProperty('disabled', true)
    await userEvent.type(screen.getByLabelText(/^Whom/), '192.0.2.0/24')
    await userEvent.type(screen.getByLabelText(/^Never touch/), '192.0.2.9, maker:Rockwell Automation')
    await userEvent.click(next)
    const go = await screen.findByRole('button', { name: 'Send it' })
    expect(screen.getByText('Nothing was sent yet.')).toBeTruthy()
    const request =
      '{"targets":["192.0.2.0/24"],"exclude":["192.0.2.9","maker:Rockwell Automation"],"profile":"safe"}'
    expect(asked).toEqual([`/api/v1/scans/plan ${request}`])
    await userEvent.click(go)
    expect(asked[1]).toBe(`/api/v1/scans ${request}`)
    expect(await screen.findByRole('button', { name: 'Show the plan' })).toBeTruthy()
  })

  it('lets a sensor ask that may, and shows no choice where none may', async () => {
    const asked: string[] = []
    let sensors: Partial<Sensor>[] = []
    vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
      if (init.method === 'POST') asked.push(init.body as string)
      const items = url.includes('/sensors') ? sensors : []
      const answer = url.endsWith('/plan') ? { total: 1, steps: [step] } : { items, total: items.length }
      return Promise.resolve(new Response(JSON.stringify(answer)))
    })
    const may = (id: string, allowed: boolean, state = 'online'): Partial<Sensor> => ({
      id,
      name: id,
      state,
      health: { scanner: { allowed } } as Sensor['health'],
    })
    sensors = [
      may('gate', false),
      may('attic', true, 'offline'),
      { id: 'eth0', name: 'eth0', state: 'online' },
    ]
    showWizard()
    await userEvent.type(screen.getByLabelText(/^Whom/), '10.1.0.0/24')
    expect(screen.queryByLabelText('From where?')).toBeNull()
    cleanup()
    sensors = [...sensors, may('dock', true)]
    showWizard()
    const from = await screen.findByLabelText('From where?')
    expect(from.textContent).toBe('This serverThe sensor dock')
    await userEvent.selectOptions(from, 'dock')
    await userEvent.type(screen.getByLabelText(/^Whom/), '10.1.0.0/24')
    await userEvent.click(screen.getByRole('button', { name: 'Show the plan' }))
    await screen.findByRole('button', { name: 'Send it' })
    expect(JSON.parse(asked[0] ?? '')).toMatchObject({ targets: ['10.1.0.0/24'], sensor: 'dock' })
  })

  it('counts steps that differ in nothing but the host and what they carry', () => {
    const told = kinds([step, { ...step, host: '192.0.2.8', at_most: 2 }, step, { ...step, port: 80 }])
    expect(told.map((k) => [k.hosts.size, k.times])).toEqual([
      [2, 4],
      [1, 1],
    ])
  })

  it('reads targets between whatever people write', () => {
    expect(listed(' 10.0.0.1,10.0.0.2\n\n10.1.0.0/16 ')).toEqual(['10.0.0.1', '10.0.0.2', '10.1.0.0/16'])
  })

  it('tells how far a scan is', () => {
    const scan = { state: 'running', hosts: 100, decided: 100, found: 10, done: 5 } as Scan
    expect(share(scan)).toBeCloseTo(0.6)
    expect(share({ ...scan, decided: 0, found: 0, done: 0 })).toBe(0)
    expect(share({ ...scan, state: 'done' })).toBe(1)
  })

  it('tells how long a scan still takes, once it can know', () => {
    const started = '2026-01-02T03:04:05Z'
    const now = Date.parse(started) + 60_000
    const scan = { state: 'running', started, hosts: 100, decided: 100, found: 10, done: 5 } as Scan
    expect(secondsLeft(scan, now)).toBeCloseTo(40)
    expect(secondsLeft({ ...scan, decided: 10, done: 0 }, now)).toBeUndefined()
    expect(secondsLeft({ ...scan, state: 'stopped' }, now)).toBeUndefined()
  })

  it('sends limits that were chosen, and none that were taken back', async () => {
    const asked: string[] = []
    vi.stubGlobal('fetch', (_: string, init: RequestInit) => {
      if (init.method === 'POST') asked.push(init.body as string)
      return Promise.resolve(new Response(JSON.stringify({ items: [], total: 0, steps: [] })))
    })
    showWizard()
    await userEvent.type(screen.getByLabelText(/^Whom/), '192.0.2.7')
    await userEvent.click(screen.getByText('Limits'))
    await userEvent.click(screen.getByLabelText(/^Find hosts only/))
    await userEvent.type(screen.getByLabelText(/^Packets a second/), '50')
    await userEvent.selectOptions(screen.getByLabelText(/^Ask agents of SNMP/), 'never')
    await userEvent.click(screen.getByRole('button', { name: 'Show the plan' }))
    await userEvent.click(await screen.findByRole('button', { name: 'Back' }))
    await userEvent.click(screen.getByText('Limits'))
    await userEvent.click(screen.getByLabelText(/^Find hosts only/))
    await userEvent.clear(screen.getByLabelText(/^Packets a second/))
    await userEvent.selectOptions(screen.getByLabelText(/^Ask agents of SNMP/), 'As configured')
    await userEvent.click(screen.getByRole('button', { name: 'Show the plan' }))
    expect(asked).toEqual([
      '{"targets":["192.0.2.7"],"exclude":[],"profile":"safe","hosts_only":true,"rate":50,"snmp_public":"never"}',
      '{"targets":["192.0.2.7"],"exclude":[],"profile":"safe"}',
    ])
  })
})
