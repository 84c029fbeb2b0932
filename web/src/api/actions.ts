import { queryOptions } from '@tanstack/react-query'
import { get, post } from './client.ts'
import type { Action, Executor, List } from './types.ts'

export const actionsQuery = (device?: string) =>
  queryOptions({
    queryKey: ['actions', device ?? ''],
    queryFn: ({ signal }) => get<List<Action>>('/actions', { query: { device, limit: 200 }, signal }),
    staleTime: 15_000,
  })

export const executorsQuery = queryOptions({
  queryKey: ['executors'],
  queryFn: () => get<List<Executor>>('/executors'),
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

const decide =
  (verb: string) =>
  (id: string, confirm = ''): Promise<Action> =>
    post(`/actions/{id}/${verb}`, { path: { id }, body: { confirm } })

export const approveAction = decide('approve')
export const releaseAction = decide('release')

export const rejectAction = (id: string): Promise<Action> => post('/actions/{id}/reject', { path: { id } })
