import { queryOptions } from '@tanstack/react-query'
import { get } from './client.ts'

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

/** The devices of our networks whose kind nobody knows, the latest first. */
export const unknownsQuery = queryOptions({
  queryKey: ['devices', 'unknown'],
  queryFn: ({ signal }) =>
    get('/devices', { query: { type: ['unknown'], local: 'true', sort: '-last_seen', limit: 100 }, signal }),
  staleTime: 30_000,
})
