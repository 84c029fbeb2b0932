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
    expect(screen.getByText(/No kind is called so/)).toBeTruthy()
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
