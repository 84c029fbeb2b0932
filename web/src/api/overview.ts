import { queryOptions } from '@tanstack/react-query'
import { get } from './client.ts'
import type { AuditEntry, List } from './types.ts'

export const overviewQuery = queryOptions({
  queryKey: ['overview'],
  queryFn: ({ signal }) => get('/overview', { signal }),
  staleTime: 10_000,
  refetchInterval: 60_000,
})

export const zonesQuery = queryOptions({
  queryKey: ['zones'],
  queryFn: ({ signal }) => get('/zones', { signal }),
  staleTime: 5 * 60_000,
})

export const sensorsQuery = queryOptions({
  queryKey: ['sensors'],
  queryFn: ({ signal }) => get('/sensors', { signal }),
  staleTime: 15_000,
})

export const uploadsQuery = queryOptions({
  queryKey: ['uploads'],
  queryFn: ({ signal }) => get('/uploads', { signal }),
  staleTime: 10_000,
})

export interface AuditFilter {
  actor?: string
  action?: string
}

export const auditPage = (filter: AuditFilter) => ({
  queryKey: ['audit', filter],
  queryFn: ({ signal, pageParam }: { signal: AbortSignal; pageParam: string | undefined }) =>
    get('/audit', { query: { ...filter, limit: 100, cursor: pageParam }, signal }),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (last: List<AuditEntry>) => last.next || undefined,
  staleTime: 10_000,
})
