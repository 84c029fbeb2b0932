import { queryOptions } from '@tanstack/react-query'
import type { IdentityField } from '../lib/device-words.ts'
import type { StandingField } from '../lib/standing-words.ts'
import { address, get, patch, post, put, remove } from './client.ts'
import type { Asked, Template } from './typed.ts'
import type { Device, List, Ruling, Vulnerability } from './types.ts'

/** What chooses devices, as it stands in the address of the page. */
export interface DeviceFilter {
  q?: string
  type?: string[]
  vendor?: string[]
  zone?: string[]
  level?: string[]
  criticality?: string[]
  purdue_level?: string[]
  presence?: string[]
  sensor?: string[]
  local?: 'true' | 'false'
  sort?: string
}

export const pageSize = 200

/** One page of the list. The server answers with the cursor of the next. */
export const devicePage = (filter: DeviceFilter, index: number, cursor: string | undefined) =>
  queryOptions({
    queryKey: ['devices', filter, index, cursor ?? ''],
    queryFn: ({ signal }) => get('/devices', { query: { ...filter, limit: pageSize, cursor }, signal }),
    enabled: cursor !== undefined,
    staleTime: 60_000,
    gcTime: 60_000,
  })

export const facetsQuery = (filter: DeviceFilter) => {
  const { sort: _, ...chosen } = filter
  return queryOptions({
    queryKey: ['facets', chosen],
    queryFn: ({ signal }) => get('/devices/facets', { query: { ...chosen }, signal }),
    staleTime: 15_000,
    placeholderData: (before) => before,
  })
}

export const deviceQuery = (id: string) =>
  queryOptions({
    queryKey: ['device', id],
    queryFn: ({ signal }) => get('/devices/{id}', { path: { id }, signal }),
    staleTime: 30_000,
  })

/** Devices found by the search, for pickers and the command palette. */
export const findDevices = (q: string, limit: number) =>
  queryOptions({
    queryKey: ['find', q, limit],
    queryFn: ({ signal }) => get('/devices', { query: { q, limit }, signal }),
    staleTime: 10_000,
  })

// The parts of a device, each under ['device-part', id, path] so that live
// changes find them.
type PartPath = Extract<Template<'get'>, `/devices/{id}/${string}`>

const part =
  <P extends PartPath>(template: P, query?: { limit: number }) =>
  (id: string) =>
    queryOptions({
      queryKey: ['device-part', id, template],
      queryFn: ({ signal }) => get(template, { path: { id }, query, signal } as Asked<P, 'get'>),
      staleTime: 15_000,
    })

export const observationsQuery = part('/devices/{id}/observations', { limit: 500 })
export const explanationQuery = part('/devices/{id}/identity')
export const peersQuery = part('/devices/{id}/peers')
export const portsQuery = part('/devices/{id}/ports')
export const timelineQuery = part('/devices/{id}/timeline', { limit: 200 })
export const baselineQuery = part('/devices/{id}/baseline')
export const vulnerabilitiesQuery = part('/devices/{id}/vulnerabilities', { limit: 200 })
export const controlResultsQuery = part('/devices/{id}/controls')
export const riskQuery = part('/devices/{id}/risk')
export const riskHistoryQuery = part('/devices/{id}/risk/history')

export const controlsQuery = queryOptions({
  queryKey: ['controls'],
  queryFn: () => get('/controls'),
  staleTime: Infinity,
})

export const ledgerQuery = queryOptions({
  queryKey: ['ledger'],
  queryFn: ({ signal }) => get('/ledger', { query: { limit: 500 }, signal }),
  staleTime: 15_000,
})

export const renameDevice = (d: Device, name: string): Promise<Device> =>
  patch('/devices/{id}', { path: { id: d.id }, body: { name }, version: d.version })

export const mergeDevices = (keep: string, others: string[], reason: string): Promise<Device> =>
  post('/devices/merge', { body: { keep, others, reason } })

export const splitDevice = (id: string, identifiers: string[], reason: string): Promise<List<Device>> =>
  post('/devices/{id}/split', { path: { id }, body: { identifiers, reason } })

export const undoLedger = (id: string): Promise<List<Device>> => post('/ledger/{id}/undo', { path: { id } })

export const setVulnerabilityState = (id: string, state: Vulnerability['state']): Promise<Vulnerability> =>
  patch('/vulnerabilities/{id}', { path: { id }, body: { state } })

/** Locks a field of what a device is, or how it stands, to a value, or says that what is said is right, or wrong. */
export const correctIdentity = (
  id: string,
  field: IdentityField | StandingField,
  body: { ruling: Ruling; value?: string; reason?: string },
): Promise<Device> => put('/devices/{id}/identity/{field}', { path: { id, field }, body })

/** Takes back all that people said of a field. */
export const takeBackCorrection = (id: string, field: IdentityField | StandingField): Promise<Device> =>
  remove('/devices/{id}/identity/{field}', { path: { id, field } })

export const exportFormats = ['csv', 'cyclonedx', 'netbox'] as const

/** Where the devices that a filter chooses are a file for another system. */
export const exportAddress = (filter: DeviceFilter, format: (typeof exportFormats)[number]): string => {
  const { sort: _, ...chosen } = filter
  return address('/devices/export', {}, { ...chosen, format })
}
