import { queryOptions } from '@tanstack/react-query'
import { get, patch, post } from './client.ts'
import type {
  Baseline,
  ControlResult,
  Control,
  Device,
  DeviceChange,
  Facet,
  LedgerEntry,
  List,
  Observation,
  Peer,
  RiskPoint,
  RiskScore,
  Vulnerability,
} from './types.ts'

/** What chooses devices, as it stands in the address of the page. */
export interface DeviceFilter {
  q?: string
  type?: string[]
  vendor?: string[]
  zone?: string[]
  level?: string[]
  sensor?: string[]
  local?: string
  sort?: string
}

export const pageSize = 200

/** One page of the list. The server answers with the cursor of the next. */
export const devicePage = (filter: DeviceFilter, index: number, cursor: string | undefined) =>
  queryOptions({
    queryKey: ['devices', filter, index, cursor ?? ''],
    queryFn: ({ signal }) =>
      get<List<Device>>('/devices', { query: { ...filter, limit: pageSize, cursor }, signal }),
    enabled: cursor !== undefined,
    staleTime: 60_000,
    gcTime: 60_000,
  })

export const facetsQuery = (filter: DeviceFilter) => {
  const { sort: _, ...chosen } = filter
  return queryOptions({
    queryKey: ['facets', chosen],
    queryFn: ({ signal }) =>
      get<Record<string, Facet[] | null>>('/devices/facets', { query: { ...chosen }, signal }),
    staleTime: 15_000,
    placeholderData: (before) => before,
  })
}

export const deviceQuery = (id: string) =>
  queryOptions({
    queryKey: ['device', id],
    queryFn: ({ signal }) => get<Device>('/devices/{id}', { path: { id }, signal }),
    staleTime: 30_000,
  })

/** Devices found by the search, for pickers and the command palette. */
export const findDevices = (q: string, limit: number) =>
  queryOptions({
    queryKey: ['find', q, limit],
    queryFn: ({ signal }) => get<List<Device>>('/devices', { query: { q, limit }, signal }),
    staleTime: 10_000,
  })

// The parts of a device, each under ['device-part', id, name] so that live
// changes find them.
const part = <T>(id: string, name: string, query: Record<string, string | number> = {}) =>
  queryOptions({
    queryKey: ['device-part', id, name],
    queryFn: ({ signal }) => get<T>(`/devices/{id}/${name}`, { path: { id }, query, signal }),
    staleTime: 15_000,
  })

export const observationsQuery = (id: string) => part<List<Observation>>(id, 'observations', { limit: 500 })
export const peersQuery = (id: string) => part<List<Peer>>(id, 'peers')
export const timelineQuery = (id: string) => part<List<DeviceChange>>(id, 'timeline', { limit: 200 })
export const baselineQuery = (id: string) => part<Baseline>(id, 'baseline')
export const vulnerabilitiesQuery = (id: string) => part<List<Vulnerability>>(id, 'vulnerabilities', { limit: 200 })
export const controlResultsQuery = (id: string) => part<List<ControlResult>>(id, 'controls')
export const riskQuery = (id: string) => part<RiskScore>(id, 'risk')
export const riskHistoryQuery = (id: string) => part<List<RiskPoint>>(id, 'risk/history')

export const controlsQuery = queryOptions({
  queryKey: ['controls'],
  queryFn: () => get<List<Control>>('/controls'),
  staleTime: Infinity,
})

export const ledgerQuery = queryOptions({
  queryKey: ['ledger'],
  queryFn: ({ signal }) => get<List<LedgerEntry>>('/ledger', { query: { limit: 500 }, signal }),
  staleTime: 15_000,
})

export const renameDevice = (d: Device, name: string): Promise<Device> =>
  patch('/devices/{id}', { path: { id: d.id }, body: { name }, version: d.version })

export const mergeDevices = (keep: string, others: string[], reason: string): Promise<Device> =>
  post('/devices/merge', { body: { keep, others, reason } })

export const splitDevice = (id: string, identifiers: string[], reason: string): Promise<List<Device>> =>
  post('/devices/{id}/split', { path: { id }, body: { identifiers, reason } })

export const undoLedger = (id: string): Promise<List<Device>> => post('/ledger/{id}/undo', { path: { id } })

export const setVulnerabilityState = (id: string, state: string): Promise<Vulnerability> =>
  patch('/vulnerabilities/{id}', { path: { id }, body: { state } })
