import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { LineChart } from './line-chart.tsx'
import { Sign } from './signs.tsx'
import { Await } from './states.tsx'
import { Toasts, useSay } from './toast.tsx'

afterEach(cleanup)

describe('a sign', () => {
  it('is told apart by word and by shape, not by colour alone', () => {
    const shapes = (['critical', 'high', 'medium', 'low', 'info', 'unknown', 'good'] as const).map((g) => {
      const { container, unmount } = render(<Sign grade={g} />)
      expect(container.textContent).toBe(g)
      const shape = container.querySelector('svg')?.innerHTML
      unmount()
      return shape
    })
    expect(new Set(shapes).size).toBe(7)
  })
})

describe('a chart', () => {
  it('has a name and the same facts as a table', () => {
    const samples = [
      { time: 1_700_000_000_000, value: 20 },
      { time: 1_700_000_600_000, value: 60, note: 'a port scan began' },
    ]
    render(<LineChart samples={samples} label="Risk over time" max={100} unit="risk" />)
    expect(screen.getByRole('img', { name: 'Risk over time' })).toBeTruthy()
    expect(screen.getAllByRole('row', { hidden: true })).toHaveLength(3)
    expect(screen.getByText('a port scan began')).toBeTruthy()
  })
})

describe('what is fetched', () => {
  const query = (part: object) => ({ data: undefined, isError: false, refetch: vi.fn(), ...part }) as never

  it('keeps old data while an error passes', () => {
    render(
      <Await query={query({ data: 'old', isError: true })} what="It">
        {(d: string) => <b>{d}</b>}
      </Await>,
    )
    expect(screen.getByText('old')).toBeTruthy()
  })

  it('says what failed and why, and tries again', async () => {
    const refetch = vi.fn()
    render(
      <Await query={query({ isError: true, error: new Error('no route'), refetch })} what="The list">
        {() => null}
      </Await>,
    )
    expect(screen.getByRole('alert').textContent).toContain('The list could not be read.no route')
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }))
    expect(refetch).toHaveBeenCalledOnce()
  })
})

describe('a toast', () => {
  function Speaker() {
    const say = useSay()
    return <button onClick={() => say.wrong(new Error('it changed meanwhile'))}>go</button>
  }
  it('stays when something went wrong, until dismissed', async () => {
    render(
      <Toasts>
        <Speaker />
      </Toasts>,
    )
    await userEvent.click(screen.getByText('go'))
    expect(screen.getByText('it changed meanwhile')).toBeTruthy()
    await userEvent.click(screen.getByRole('button', { name: 'Dismiss' }))
    expect(screen.queryByText('it changed meanwhile')).toBeNull()
  })
})
