import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  RouterProvider,
} from '@tanstack/react-router'
import { cleanup, render, waitFor } from '@testing-library/react'
import { afterEach, expect, it, vi } from 'vitest'
import { aDevice } from '../../test/samples.ts'
import { DevicePage } from './device.page.tsx'

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

it('leads from a device that was merged to the one that stayed', async () => {
  vi.stubGlobal('fetch', () => new Promise(() => undefined))
  const client = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Infinity } } })
  client.setQueryData(['device', 'old'], aDevice({ id: 'old', merged_into: 'stays' }))
  const root = createRootRoute()
  const device = createRoute({ getParentRoute: () => root, path: '/devices/$id', component: DevicePage })
  const history = createMemoryHistory({ initialEntries: ['/devices/old'] })
  const router = createRouter({ routeTree: root.addChildren([device]), history })
  render(
    <QueryClientProvider client={client}>
      {/* The tree of a test, not that of the application. */}
      <RouterProvider router={router as never} />
    </QueryClientProvider>,
  )
  await waitFor(() => expect(history.location.pathname).toBe('/devices/stays'))
})
