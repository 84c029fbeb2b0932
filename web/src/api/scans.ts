import { queryOptions } from '@tanstack/react-query'
import { get, post } from './client.ts'
import type { Scan, ScanPlan, ScanRequest } from './types.ts'

/** The latest scans; while one runs, read again each second. */
export const scansQuery = queryOptions({
  queryKey: ['scans'],
  queryFn: ({ signal }) => get('/scans', { signal }),
  refetchInterval: (q) => (q.state.data?.items.some((s) => s.state === 'running') ? 1000 : false),
})

export const planScan = (body: ScanRequest): Promise<ScanPlan> => post('/scans/plan', { body })
export const startScan = (body: ScanRequest): Promise<Scan> => post('/scans', { body })
export const stopScan = (id: string): Promise<Scan> => post('/scans/{id}/stop', { path: { id } })
