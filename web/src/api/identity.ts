import { queryOptions } from '@tanstack/react-query'
import type { IdentityField } from '../lib/device-words.ts'
import { get, put } from './client.ts'
import type { Device, List } from './types.ts'

export const identityQualityQuery = queryOptions({
  queryKey: ['identity-quality'],
  queryFn: ({ signal }) => get('/identity/quality', { signal }),
  staleTime: 60_000,
})

/** What observations, each KEY=VALUE, would make of a device. */
export const trialQuery = (observation: string[]) =>
  queryOptions({
    queryKey: ['trial', observation],
    queryFn: ({ signal }) => get('/identify', { query: { observation }, signal }),
    enabled: observation.length > 0,
    staleTime: 60_000,
    retry: false,
  })

/** What devices are identified with. */
export const signaturesQuery = queryOptions({
  queryKey: ['signatures'],
  queryFn: ({ signal }) => get('/signatures', { signal }),
  refetchInterval: 30_000,
})

/** The devices of our networks whose kind nobody knows, the latest first. */
export const unknownsQuery = queryOptions({
  queryKey: ['devices', 'unknown'],
  queryFn: ({ signal }) =>
    get('/devices', { query: { type: ['unknown'], local: 'true', sort: '-last_seen', limit: 100 }, signal }),
  staleTime: 30_000,
})

/** Devices of unknown kind that are alike, the largest groups first. */
export const clustersQuery = queryOptions({
  queryKey: ['clusters'],
  queryFn: ({ signal }) => get('/clusters', { signal }),
  staleTime: 60_000,
})

/** One of them, with all its devices. */
export const clusterQuery = (id: string) =>
  queryOptions({
    queryKey: ['clusters', id],
    queryFn: ({ signal }) => get('/clusters/{id}', { path: { id }, signal }),
    staleTime: 60_000,
  })

/** Locks a field of every device of a group to a value. */
export const correctCluster = (
  id: string,
  field: IdentityField,
  body: { value: string; reason?: string },
): Promise<List<Device>> => put('/clusters/{id}/identity/{field}', { path: { id, field }, body })
