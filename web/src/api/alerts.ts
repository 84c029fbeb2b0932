import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { get, patch } from './client.ts'
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

export const updateAlert = (a: Alert, change: AlertChange): Promise<Alert> =>
  patch('/alerts/{id}', { path: { id: a.id }, body: change, version: a.version })
