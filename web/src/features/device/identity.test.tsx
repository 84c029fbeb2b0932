import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Device } from '../../api/types.ts'
import { learnTypes } from '../../lib/device-types.ts'
import { aDevice } from '../../test/samples.ts'
import { Toasts } from '../../ui/toast.tsx'
import { CorrectDialog } from './correct-dialog.tsx'
import { IdentityClaims } from './identity-claims.tsx'
import { StandingDialog } from './standing-dialog.tsx'
import { SwitchPorts } from './switch-ports.tsx'

const asked = vi.fn()

beforeEach(() => {
  learnTypes([
    { name: 'camera', title: 'Camera', category: 'camera' },
    { name: 'nvr', title: 'Network video recorder', category: 'camera' },
  ])
  HTMLDialogElement.prototype.showModal = vi.fn()
  HTMLDialogElement.prototype.close = vi.fn()
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
    asked(init.method, url, init.body)
    return Promise.resolve(new Response(JSON.stringify(aDevice())))
  })
})

afterEach(() => {
  cleanup()
  asked.mockClear()
  vi.unstubAllGlobals()
})

function shown(what: (d: Device) => React.ReactNode, device: Device, role = 'analyst') {
  const client = new QueryClient()
  client.setQueryData(['session'], { user: { name: 'me', role } })
  render(
    <QueryClientProvider client={client}>
      <Toasts>{what(device)}</Toasts>
    </QueryClientProvider>,
  )
}

describe('what a device is', () => {
  it('lets an analyst say that a claim is right, or wrong', async () => {
    shown((d) => <IdentityClaims device={d} />, aDevice())
    await userEvent.click(screen.getByRole('button', { name: 'Model M3045-V is right' }))
    expect(asked).toHaveBeenCalledWith('PUT', '/api/v1/devices/d1/identity/model', '{"ruling":"confirm"}')
    await userEvent.click(screen.getByRole('button', { name: 'Type Camera is wrong' }))
    expect(asked).toHaveBeenCalledWith('PUT', '/api/v1/devices/d1/identity/type', '{"ruling":"reject"}')
  })

  it('calls what the model says a guess', () => {
    const guessed = aDevice({
      evidence: [
        { key: 'profile.peers', value: '3', source: 'model', supports: 'type', claim: 'camera', weight: 3 },
      ],
    })
    shown((d) => <IdentityClaims device={d} />, guessed)
    expect(screen.getAllByText('a guess, by how it behaves')).toHaveLength(1)
  })

  it('tells who said what, and takes it back', async () => {
    const said = {
      id: 'c1',
      field: 'type',
      ruling: 'lock',
      value: 'camera',
      actor: 'anna',
      time: '',
    } as const
    shown((d) => <IdentityClaims device={d} />, aDevice({ corrections: [said] }))
    expect(screen.getByText('set by anna')).toBeTruthy()
    expect(screen.queryByRole('button', { name: 'Type Camera is right' })).toBeNull()
    await userEvent.click(screen.getByRole('button', { name: 'Take back what was said of type' }))
    expect(asked).toHaveBeenCalledWith('DELETE', '/api/v1/devices/d1/identity/type', undefined)
  })

  it('offers nothing to a viewer', () => {
    shown((d) => <IdentityClaims device={d} />, aDevice(), 'viewer')
    expect(screen.queryByRole('button')).toBeNull()
  })

  it('sends what was changed and nothing else', async () => {
    const close = vi.fn()
    shown((d) => <CorrectDialog device={d} close={close} />, aDevice())
    const kind = screen.getByLabelText('Type of device')
    await userEvent.clear(kind)
    await userEvent.type(kind, 'Teleporter')
    expect(screen.getByText(/No type is called so/)).toBeTruthy()
    const button = screen.getByRole('button', { name: 'So it is', hidden: true })
    expect(button).toHaveProperty('disabled', true)
    await userEvent.clear(kind)
    await userEvent.type(kind, 'network video recorder')
    await userEvent.click(button)
    expect(asked.mock.calls).toEqual([
      ['PUT', '/api/v1/devices/d1/identity/type', '{"ruling":"lock","value":"nvr"}'],
    ])
    expect(close).toHaveBeenCalled()
  })
})

describe('how a device stands', () => {
  const standing = {
    criticality: { value: 'medium', by: 'type' },
    purdue_level: { value: '2.5', by: 'zone' },
  } as const

  it('saves what was changed, and nothing else', async () => {
    const close = vi.fn()
    shown((d) => <StandingDialog device={d} close={close} />, aDevice({ standing }))
    expect(screen.getByRole('button', { name: 'So it is', hidden: true })).toHaveProperty('disabled', true)
    expect(screen.getByLabelText('Purdue level')).toHaveProperty('value', '2.5')
    await userEvent.selectOptions(screen.getByLabelText(/^Criticality/), 'critical')
    await userEvent.type(screen.getByLabelText('How do you know?'), 'the only one')
    await userEvent.click(screen.getByRole('button', { name: 'So it is', hidden: true }))
    expect(asked).toHaveBeenCalledTimes(1)
    expect(asked).toHaveBeenCalledWith(
      'PUT',
      '/api/v1/devices/d1/identity/criticality',
      '{"ruling":"lock","value":"critical","reason":"the only one"}',
    )
    expect(close).toHaveBeenCalled()
  })

  it('offers no level for one that nobody knows', () => {
    shown((d) => <StandingDialog device={d} close={() => undefined} />, aDevice())
    expect(screen.getByLabelText('Purdue level')).toHaveProperty('value', '')
  })
})

describe('the switch ports of a device', () => {
  const answer = (items: unknown[]): void => {
    vi.stubGlobal('fetch', () =>
      Promise.resolve(new Response(JSON.stringify({ items, total: items.length }))),
    )
  }

  it('are listed as switches told of them', async () => {
    const stay = { mac: '00:40:8c:00:00:01', switch: '192.0.2.2', since: '', last_seen: '' }
    answer([
      { ...stay, switch_name: 'core-1', port: 'Gi1/0/7', alias: 'Desk 14', vlan: 20 },
      { ...stay, port: 'Gi1/0/9' },
    ])
    shown((d) => <SwitchPorts id={d.id} />, aDevice())
    const [, latest, before] = (await screen.findAllByRole('row')).map((r) => r.textContent)
    expect(latest).toMatch(/^core-1 192.0.2.2Gi1\/0\/7 Desk 1420/)
    expect(before).toMatch(/^192.0.2.2Gi1\/0\/9/)
  })

  it('say so where no switch was asked', async () => {
    answer([])
    shown((d) => <SwitchPorts id={d.id} />, aDevice())
    expect(await screen.findByText(/No switch named a port of it/)).toBeTruthy()
  })
})
