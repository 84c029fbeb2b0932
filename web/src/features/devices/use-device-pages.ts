import { useQueries, type UseQueryResult } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
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
  useEffect(() => {
    const next = [...cursors]
    wanted.forEach((page, i) => {
      const cursor = results.pages[i]?.next
      if (cursor && next[page + 1] !== cursor) next[page + 1] = cursor
    })
    if (next.length !== cursors.length || next.some((c, i) => c !== cursors[i]))
      setKnown({ key, cursors: next })
  }, [results.pages, wanted, cursors, key])

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

function combinePages(results: UseQueryResult<List<Device>>[]) {
  return {
    pages: results.map((r) => r.data),
    error: results.find((r) => r.isError)?.error,
    retry: () => results.filter((r) => r.isError).forEach((r) => void r.refetch()),
  }
}
