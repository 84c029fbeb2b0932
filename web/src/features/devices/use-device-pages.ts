import { useQueries, type UseQueryResult } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { devicePage, pageSize, type DeviceFilter } from '../../api/devices.ts'
import type { Device, List } from '../../api/types.ts'

interface DevicePages {
  /** How many match in all; undefined until the first page is here. */
  total: number | undefined
  /** How many rows can be scrolled to: those known, and the page behind them. */
  reachable: number
  row(index: number): Device | undefined
  error: unknown
  loading: boolean
  retry(): void
}

/**
 * The pages of the list around what is on the screen. The server pages by
 * cursor, so a page can be asked for once the one before it is known; pages
 * far away are forgotten and asked for again by their remembered cursor.
 */
export function useDevicePages(filter: DeviceFilter, first: number, last: number): DevicePages {
  const key = JSON.stringify(filter)
  const [known, setKnown] = useState({ key, cursors: [''] })
  const cursors = useMemo(() => (known.key === key ? known.cursors : ['']), [known, key])

  const from = Math.max(0, Math.floor(first / pageSize) - 1)
  const to = Math.min(cursors.length - 1, Math.floor(last / pageSize) + 2)
  const wanted = useMemo(() => {
    const list = [0]
    for (let i = Math.max(1, from); i <= to; i++) list.push(i)
    return list
  }, [from, to])

  const results = useQueries({
    queries: wanted.map((i) => devicePage(filter, i, cursors[i])),
    combine: combinePages,
  })

  // Each answer names the cursor of the page after it.
  const next = withCursors(cursors, wanted, results.pages)
  if (next !== cursors) setKnown({ key, cursors: next })

  return useMemo(() => {
    const byIndex = new Map(wanted.map((page, i) => [page, results.pages[i]]))
    const total = byIndex.get(0)?.total
    return {
      total,
      reachable: Math.min(total ?? 0, cursors.length * pageSize),
      row: (index) => byIndex.get(Math.floor(index / pageSize))?.items[index % pageSize],
      error: results.error,
      loading: total === undefined && !results.error,
      retry: results.retry,
    }
  }, [wanted, results, cursors])
}

/** The cursors with those that the answers name; the same list when they name nothing new. */
function withCursors(cursors: string[], wanted: number[], pages: (List<Device> | undefined)[]): string[] {
  const next = [...cursors]
  wanted.forEach((page, i) => {
    const cursor = pages[i]?.next
    if (cursor) next[page + 1] = cursor
  })
  return next.length === cursors.length && next.every((c, i) => c === cursors[i]) ? cursors : next
}

function combinePages(results: UseQueryResult<List<Device>>[]) {
  return {
    pages: results.map((r) => r.data),
    error: results.find((r) => r.isError)?.error,
    retry: () => results.filter((r) => r.isError).forEach((r) => void r.refetch()),
  }
}
