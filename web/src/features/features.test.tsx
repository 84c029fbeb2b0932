import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import type { ReactNode } from 'react'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Sensor } from '../api/types.ts'
import { anAlert } from '../test/samples.ts'
import { PlanStep } from './actions/plan-step.tsx'
import { AlertList } from './alerts/alert-list.tsx'
import { SearchBox } from './devices/search-box.tsx'
import { nextSort } from './devices/table-head.tsx'
import { LoginPage } from './login/login.page.tsx'
import { healthFacts, Shed, traffic } from './sensors/sensor-facts.tsx'
import { sentence } from './overview/needs.tsx'

afterEach(cleanup)

function withQueries(children: ReactNode) {
  return <QueryClientProvider client={new QueryClient()}>{children}</QueryClientProvider>
}

describe('the plan of a quarantine', () => {
  const plan = {
    changes: ['nft add element …'],
    affects: ['cam-7'],
    way_back: 'Release it.',
    limits: ['a broadcast'],
  }
  const common = { plan, name: 'Press 4', minutes: 60, busy: false, error: null, back: () => undefined }

  it('shows the way back before the way in', () => {
    render(<PlanStep {...common} typed={false} go={() => undefined} />)
    const text = document.body.textContent ?? ''
    expect(text.indexOf('The way back')).toBeLessThan(text.indexOf('nft add element'))
    expect(text.indexOf('nft add element')).toBeLessThan(text.indexOf('Cut it off for 1 h'))
  })

  it('asks for the name of a control device, exactly', async () => {
    const go = vi.fn()
    render(<PlanStep {...common} typed go={go} />)
    const button = screen.getByRole('button', { name: /Cut it off/ })
    const name = screen.getByLabelText(/to go on/)
    expect(button).toHaveProperty('disabled', true)
    await userEvent.type(name, 'press 4')
    expect(button).toHaveProperty('disabled', true)
    await userEvent.clear(name)
    await userEvent.type(name, 'Press 4')
    await userEvent.click(button)
    expect(go).toHaveBeenCalledWith('Press 4')
  })
})

describe('the inbox', () => {
  it('says the severity in words, and how often', () => {
    render(
      <AlertList
        items={[anAlert()]}
        current={undefined}
        open={() => undefined}
        more={undefined}
        loading={false}
      />,
    )
    const item = screen.getByRole('button', { name: /high: cam-7 tried 71 ports/ })
    expect(item.textContent).toContain('2 times')
    expect(item.dataset.unread).toBe('true')
  })
})

describe('the inbox in a browser whose scrolling answers with a promise', () => {
  it('goes away without a fault', () => {
    const scroll = vi
      .spyOn(Element.prototype, 'scrollIntoView')
      .mockImplementation(() => Promise.resolve() as never)
    const { unmount } = render(
      <AlertList items={[anAlert()]} current="a1" open={() => undefined} more={undefined} loading={false} />,
    )
    expect(scroll).toHaveBeenCalledOnce()
    expect(unmount).not.toThrow()
  })
})

describe('the search box', () => {
  it('offers fields, completes with the keyboard, and searches', async () => {
    const change = vi.fn()
    render(<SearchBox value="" change={change} />)
    const input = screen.getByRole('combobox', { name: 'Search devices' })
    await userEvent.type(input, 'ven')
    expect(screen.getByRole('option', { name: /vendor/ })).toBeTruthy()
    await userEvent.keyboard('{ArrowDown}{Enter}')
    expect(input).toHaveProperty('value', 'vendor:')
    await userEvent.type(input, 'axis{Enter}')
    expect(change).toHaveBeenLastCalledWith('vendor:axis')
  })
})

describe('small decisions', () => {
  it('sorts first the useful way round', () => {
    expect(nextSort('risk', undefined)).toBe('-risk')
    expect(nextSort('risk', '-risk')).toBe('risk')
    expect(nextSort('name', undefined)).toBe('name')
    expect(nextSort('name', 'name')).toBe('-name')
  })

  it('says in one sentence whether somebody is needed', () => {
    const need = { kind: 'alert', id: 'a', severity: 'high' as const, text: 't', since: '' }
    expect(sentence({ needs: [], devices: 4 })).toBe('Still water. Nothing needs you.')
    expect(sentence({ needs: [need], devices: 4 })).toBe('One thing needs you.')
    expect(sentence({ needs: Array<typeof need>(14).fill(need), devices: 4 })).toBe('14 things need you.')
  })
})

describe('the login', () => {
  it('says what the server said, and keeps what was typed', async () => {
    const refuse = () =>
      Promise.resolve(new Response('{"detail":"the name or the password is wrong"}', { status: 401 }))
    vi.stubGlobal('fetch', refuse)
    render(withQueries(<LoginPage />))
    await userEvent.type(screen.getByLabelText('Password'), 'guess')
    await userEvent.click(screen.getByRole('button', { name: 'Log in' }))
    expect((await screen.findByRole('alert')).textContent).toContain('password is wrong')
    expect(screen.getByLabelText('Password')).toHaveProperty('value', 'guess')
  })
})

describe('the health of a sensor', () => {
  const sensor: Sensor = {
    id: 'dock',
    name: 'dock',
    state: 'online',
    created: '2026-01-01T00:00:00Z',
    last_seq: 0,
    stats: { packets: 5, bytes: 5, flows: 1, malformed: 0, capture_seconds: 1, elapsed_seconds: 1 },
    config: { version: 2 },
    health: {
      started: '2026-01-01T00:00:00Z',
      sent: '2026-01-01T00:00:00Z',
      clock_offset_seconds: 7.25,
      round_trip_seconds: 0.01,
      cpu: 0.5,
      memory_bytes: 90_000_000,
      queue: 0,
      spool: {
        batches: 3,
        bytes: 4000,
        max_bytes: 16_000_000,
        shed_flows: 12,
        shed_observations: 0,
        shed_batches: 0,
      },
      sources: [
        {
          id: 'dock-eth0',
          source: 'eth0',
          packets: 5,
          bytes: 5,
          kernel_drops: 0,
          evidence: { bytes: 2_000_000, packets: 5, dropped: 4 },
        },
      ],
      config_applied: 1,
      config_tried: 2,
      config_fault: 'local "here": want a network',
    },
  }

  it('says what waits, how the clock goes, and what was left out', () => {
    const facts = Object.fromEntries(healthFacts(sensor))
    expect(facts['Waits for the core']).toBe('3 batches, 4.0 kB of 16.0 MB')
    expect(facts.Clock).toBe('7.3 s behind the core')
    expect(facts['Packets kept']).toBe('2.0 MB; 4 could not be written')
    expect(facts['Told to do']).toBe('refused')
    render(<Shed sensor={sensor} />)
    expect(document.body.textContent).toContain('12 reports on flows')
    expect(screen.getByRole('alert').textContent).toContain('want a network')
  })

  it('leaves the counts to the sources of a process', () => {
    const none = { ...sensor.stats, packets: 0, bytes: 0, flows: 0 }
    expect(traffic(sensor)).toBe('5 packets, 5 B, 1 flow')
    expect(traffic({ ...sensor, stats: none })).toBeUndefined()
    expect(traffic({ ...sensor, stats: none, health: undefined })).toBe('0 packets, 0 B, 0 flows')
  })
})
