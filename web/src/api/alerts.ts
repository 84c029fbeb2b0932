import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { get, patch, Problem, save } from './client.ts'
import type { Alert, AlertState, AlertVerdict } from './types.ts'

export interface AlertFilter {
  state?: string[]
  severity?: string[]
  detector?: string[]
  device?: string
  q?: string
}

export const alertsQuery = (filter: AlertFilter) =>
  infiniteQueryOptions({
    queryKey: ['alerts', filter],
    queryFn: ({ signal, pageParam }) =>
      get('/alerts', { query: { ...filter, limit: 100, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next || undefined,
    staleTime: 30_000,
  })

export const alertQuery = (id: string) =>
  queryOptions({
    queryKey: ['alert', id],
    queryFn: ({ signal }) => get('/alerts/{id}', { path: { id }, signal }),
    staleTime: 30_000,
  })

export const notificationsQuery = (id: string) =>
  queryOptions({
    queryKey: ['alert-notifications', id],
    queryFn: ({ signal }) => get('/alerts/{id}/notifications', { path: { id }, signal }),
    staleTime: 15_000,
  })

/** Saves the packets behind an alert, as far as sensors still keep them. */
export const saveAlertPackets = (id: string): Promise<void> =>
  save('/alerts/{id}/pcap', { path: { id } }, `alert-${id}.pcapng`)

/** How many alerts wait for someone. */
export const openAlertsQuery = queryOptions({
  queryKey: ['alerts-open'],
  queryFn: async ({ signal }) =>
    (await get('/alerts', { query: { state: ['open'], limit: 1 }, signal })).total,
  staleTime: 30_000,
})

export interface AlertChange {
  state?: AlertState
  verdict?: AlertVerdict
  assignee?: string
  note?: string
}

const patchAlert = (a: Alert, change: AlertChange): Promise<Alert> =>
  patch('/alerts/{id}', { path: { id: a.id }, body: change, version: a.version })

/**
 * Changes an alert. One that is seen again all the time has a new version all
 * the time: that is no conflict. It is one when another person decided meanwhile.
 */
export async function updateAlert(a: Alert, change: AlertChange): Promise<Alert> {
  let basis = a
  for (let tries = 1; ; tries++) {
    try {
      return await patchAlert(basis, change)
    } catch (e) {
      if (!(e instanceof Problem) || !e.conflict || tries === 5) throw e
      basis = await get('/alerts/{id}', { path: { id: a.id } })
      if (decided(basis) !== decided(a)) throw e
    }
  }
}

const decided = (a: Alert): string =>
  JSON.stringify([a.state ?? 'open', a.verdict ?? '', a.assignee ?? '', a.note ?? ''])
