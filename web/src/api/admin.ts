import { queryOptions } from '@tanstack/react-query'
import { get, patch, post, put, remove, send } from './client.ts'
import type { Asked } from './typed.ts'
import type { Credential, Receiver, Role, Sensor, Token, Upload, User, Zone } from './types.ts'

export const usersQuery = queryOptions({
  queryKey: ['users'],
  queryFn: ({ signal }) => get('/users', { signal }),
})

export const tokensQuery = queryOptions({
  queryKey: ['tokens'],
  queryFn: ({ signal }) => get('/tokens', { signal }),
})

export const receiversQuery = queryOptions({
  queryKey: ['receivers'],
  queryFn: ({ signal }) => get('/settings/notifiers', { signal }),
})

export const createUser = (name: string, role: Role, password: string): Promise<User> =>
  post('/users', { body: { name, role, password } })

export const updateUser = (u: User, change: { role?: Role; disabled?: boolean }): Promise<User> =>
  patch('/users/{id}', { path: { id: u.id }, body: change, version: u.version })

export const deleteUser = (id: string): Promise<void> => remove('/users/{id}', { path: { id } })

export const createToken = (name: string, role: Role): Promise<{ token: Token; secret: string }> =>
  post('/tokens', { body: { name, role } })

export const deleteToken = (id: string): Promise<void> => remove('/tokens/{id}', { path: { id } })

export const putReceivers = (items: Receiver[]): Promise<unknown> =>
  put('/settings/notifiers', { body: { items } })

export const testReceiver = (name: string): Promise<unknown> =>
  post('/settings/notifiers/test', { body: { name } })

export const credentialsQuery = queryOptions({
  queryKey: ['credentials'],
  queryFn: ({ signal }) => get('/credentials', { signal }),
})

export type CredentialBody = Asked<'/credentials/{name}', 'put'>['body']

export const putCredential = (name: string, credential: CredentialBody): Promise<Credential> =>
  put('/credentials/{name}', { path: { name }, body: credential })

export const deleteCredential = (name: string): Promise<unknown> =>
  remove('/credentials/{name}', { path: { name } })

export const createSensor = (name: string): Promise<{ sensor: Sensor; token: string }> =>
  post('/sensors', { body: { name } })

export const deleteSensor = (id: string): Promise<void> => remove('/sensors/{id}', { path: { id } })

export const verifyAudit = (): Promise<{ ok: boolean; entries: number; fault?: string }> =>
  get('/audit/verify')

export const sendCapture = (file: File, progress: (share: number) => void): Promise<Upload> =>
  send<Upload>('/uploads', { name: file.name }, file, progress)

export type ZoneBody = Asked<'/zones', 'post'>['body']

export const createZone = (zone: ZoneBody): Promise<Zone> => post('/zones', { body: zone })

export const putZone = (id: string, zone: ZoneBody): Promise<Zone> =>
  put('/zones/{id}', { path: { id }, body: zone })

export const deleteZone = (id: string): Promise<unknown> => remove('/zones/{id}', { path: { id } })
