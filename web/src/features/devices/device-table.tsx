import { useNavigate } from '@tanstack/react-router'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useMemo, useRef, useState } from 'react'
import type { DeviceFilter } from '../../api/devices.ts'
import type { Zone } from '../../api/types.ts'
import { useHotkeys } from '../../lib/hotkeys.ts'
import { Empty, Failure } from '../../ui/states.tsx'
import { DeviceRow, BlankRow } from './device-row.tsx'
import { TableHead } from './table-head.tsx'
import { useDevicePages } from './use-device-pages.ts'
import { useRowHeight } from './use-row-height.ts'

interface DeviceTableProps {
  filter: DeviceFilter
  zones: Zone[]
  selected: string[]
  select: (id: string) => void
  sort: (by: string) => void
  total: (n: number | undefined) => void
  clear: () => void
}

/** A long list of which only what is on the screen exists. */
export function DeviceTable({ filter, zones, selected, select, sort, total, clear }: DeviceTableProps) {
  const scroller = useRef<HTMLDivElement>(null)
  const navigate = useNavigate()
  const height = useRowHeight()
  const [span, setSpan] = useState({ first: 0, last: 40 })
  const [active, setActive] = useState(-1)
  const pages = useDevicePages(filter, span.first, span.last)
  const rows = useVirtualizer({
    count: pages.reachable,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: 16,
    onChange: (v) => {
      const { startIndex = 0, endIndex = 40 } = v.range ?? {}
      setSpan((s) =>
        s.first === startIndex && s.last === endIndex ? s : { first: startIndex, last: endIndex },
      )
    },
  })
  useEffect(() => {
    rows.measure()
  }, [rows, height])
  useEffect(() => {
    total(pages.total)
  }, [total, pages.total])

  const keys = useMemo(() => {
    const step = (by: number) => () => {
      const next = Math.max(0, Math.min(pages.reachable - 1, active + by))
      setActive(next)
      rows.scrollToIndex(next)
    }
    const open = (): void => {
      const d = pages.row(active)
      if (d) void navigate({ to: '/devices/$id', params: { id: d.id } })
    }
    return {
      j: step(1),
      k: step(-1),
      enter: open,
      x: () => {
        const d = pages.row(active)
        if (d) select(d.id)
      },
    }
  }, [active, navigate, pages, rows, select])
  // Enter on a link or button belongs to it.
  useHotkeys(useEnterOnlyOutside(keys))

  if (pages.error && pages.total === undefined) {
    return <Failure what="The devices could not be read." error={pages.error} retry={pages.retry} />
  }
  return (
    <div className="dt" role="table" aria-label="Devices" aria-rowcount={pages.total ?? -1}>
      <div className="dt-scroll" ref={scroller}>
        <TableHead sort={filter.sort} by={sort} />
        {pages.total === 0 && (
          <Empty title="No device matches">
            Loosen the search, or{' '}
            <button className="link" onClick={clear}>
              show all devices
            </button>
            .
          </Empty>
        )}
        {pages.loading && Array.from({ length: 14 }, (_, i) => <BlankRow key={i} height={height} />)}
        <div role="rowgroup" style={{ height: rows.getTotalSize(), position: 'relative' }}>
          {rows.getVirtualItems().map((v) => {
            const d = pages.row(v.index)
            if (!d) return <BlankRow key={v.key} height={height} top={v.start} />
            return (
              <DeviceRow
                key={v.key}
                device={d}
                index={v.index}
                top={v.start}
                height={height}
                zone={zones.find((z) => z.id === d.zone)?.name ?? d.zone ?? ''}
                active={v.index === active}
                selected={selected.includes(d.id)}
                select={select}
              />
            )
          })}
        </div>
      </div>
    </div>
  )
}

function useEnterOnlyOutside(keys: Record<string, () => void>) {
  return useMemo(() => {
    const guarded = (e: KeyboardEvent): void => {
      if (e.target instanceof HTMLElement && e.target.closest('a, button, input')) e.target.click()
      else keys.enter?.()
    }
    return { ...keys, enter: guarded }
  }, [keys])
}
