import { queryOptions, useQuery } from '@tanstack/react-query'
import { learnTypes } from '../lib/device-types.ts'
import { get, post, Problem, setCsrf } from './client.ts'
import type { Role, Session } from './types.ts'

/** Who uses the page, or null when nobody is logged in. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async ({ signal }): Promise<Session | null> => {
    try {
      return await welcome(await get('/session', { signal }))
    } catch (e) {
      if (e instanceof Problem && e.status === 401) return null
      throw e
    }
  },
  staleTime: 5 * 60_000,
  retry: (n, e) => e instanceof Problem && e.status === 0 && n < 3,
})

// What every screen needs before it can show anything.
async function welcome(session: Session): Promise<Session> {
  setCsrf(session.csrf)
  const types = await get('/types')
  learnTypes(types.items)
  return session
}

export async function login(name: string, password: string): Promise<Session> {
  return welcome(await post('/login', { body: { name, password } }))
}

export const logout = (): Promise<unknown> => post('/logout')

export async function changePassword(current: string, next: string): Promise<Session> {
  const session = await post('/session/password', { body: { current, new: next } })
  setCsrf(session.csrf)
  return session
}

const order: Role[] = ['viewer', 'analyst', 'operator', 'admin']

/** Whether the one who is logged in has at least this role. The server decides; this only hides. */
export function useMay(role: Role): boolean {
  const { data } = useQuery(sessionQuery)
  return !!data && order.indexOf(data.user.role) >= order.indexOf(role)
}

export function useSession(): Session | null | undefined {
  return useQuery(sessionQuery).data
}
