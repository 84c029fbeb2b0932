import { queryOptions } from '@tanstack/react-query'
import { get, post } from './client.ts'
import type { Action } from './types.ts'

export const actionsQuery = (device?: string) =>
  queryOptions({
    queryKey: ['actions', device ?? ''],
    queryFn: ({ signal }) => get('/actions', { query: { device, limit: 200 }, signal }),
    staleTime: 15_000,
  })

export const executorsQuery = queryOptions({
  queryKey: ['executors'],
  queryFn: () => get('/executors'),
  staleTime: 60_000,
})

export interface ActionRequest {
  device_id: string
  operation: string
  executor: string
  params?: Record<string, string>
  reason: string
  alert_id?: string
  dry_run?: boolean
  confirm?: string
}

export const requestAction = (request: ActionRequest): Promise<Action> => post('/actions', { body: request })

export const approveAction = (id: string, confirm = ''): Promise<Action> =>
  post('/actions/{id}/approve', { path: { id }, body: { confirm } })

export const releaseAction = (id: string, confirm = ''): Promise<Action> =>
  post('/actions/{id}/release', { path: { id }, body: { confirm } })

export const rejectAction = (id: string): Promise<Action> => post('/actions/{id}/reject', { path: { id } })
