import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Button } from './button.tsx'
import { HeronArt } from './mark.tsx'

interface EmptyProps {
  title: string
  children?: ReactNode
  art?: boolean
}

/** Nothing here: says what would fill it and how. */
export function Empty({ title, children, art = true }: EmptyProps) {
  return (
    <div className="empty">
      {art && (
        <div className="empty-art">
          <HeronArt />
        </div>
      )}
      <p className="empty-title">{title}</p>
      {children && <p>{children}</p>}
    </div>
  )
}

/** It went wrong: what, why, and what now. */
export function Failure({ error, retry, what }: { error: unknown; retry?: () => void; what: string }) {
  const detail = error instanceof Error ? error.message : 'No reason was given.'
  return (
    <div className="failure" role="alert">
      <strong>{what}</strong>
      <span className="quiet small">{detail}</span>
      {retry && <Button onClick={retry}>Try again</Button>}
    </div>
  )
}

/** Grey lines where text will be: loading keeps the shape. */
export function Skeleton({ lines = 4, height = 16 }: { lines?: number; height?: number }) {
  return (
    <div className="stack-s" role="status" aria-label="Loading">
      {Array.from({ length: lines }, (_, i) => (
        <div key={i} className="skeleton" style={{ height, width: `${[96, 82, 90, 68, 76][i % 5]}%` }} />
      ))}
    </div>
  )
}

interface AwaitProps<T> {
  query: UseQueryResult<T>
  what: string
  loading?: ReactNode
  children: (data: T) => ReactNode
}

/** The three honest states of anything that is fetched. Old data stays while new is on its way. */
export function Await<T>({ query, what, loading, children }: AwaitProps<T>) {
  if (query.data !== undefined) return children(query.data)
  if (query.isError) {
    return (
      <Failure what={`${what} could not be read.`} error={query.error} retry={() => void query.refetch()} />
    )
  }
  return loading ?? <Skeleton />
}
