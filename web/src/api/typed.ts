// What the server's description says about each route, in types: which paths
// there are for a method, what they take and what they answer.
import type { paths } from './schema.gen.d.ts'

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete'

type Operation<P extends string, M extends Method> = `/api/v1${P}` extends keyof paths
  ? paths[`/api/v1${P}`] extends Record<M, infer Op>
    ? Op
    : never
  : never

/** The paths, without their common beginning, that have the method. */
export type Template<M extends Method> = {
  [K in keyof paths]: K extends `/api/v1${infer P}`
    ? paths[K][M] extends { responses: unknown }
      ? P
      : never
    : never
}[keyof paths]

type Json<T> = T extends { content: { 'application/json': infer B } } ? B : never

/** What a success answers. */
export type Answer<P extends string, M extends Method> =
  Operation<P, M> extends { responses: infer R }
    ? Json<R[keyof R & (200 | 201 | 202)]> extends never
      ? void
      : Json<R[keyof R & (200 | 201 | 202)]>
    : never

type QueryOf<Op> = Op extends { parameters: { query?: infer Q } } ? Q : never
type PathOf<Op> = Op extends { parameters: { path: infer Q } } ? Q : never
type BodyOf<Op> = Op extends { requestBody?: infer B } ? Json<NonNullable<B>> : never

/** What a call may bring along. */
export interface Asked<P extends string, M extends Method> {
  path?: PathOf<Operation<P, M>>
  query?: QueryOf<Operation<P, M>>
  body?: BodyOf<Operation<P, M>>
  /** The version that a change is based on. */
  version?: number
  signal?: AbortSignal
}
