import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback, useEffect, useMemo } from 'react'
import { alertsQuery, type AlertFilter } from '../../api/alerts.ts'
import { useNewcomers } from '../../api/live-hooks.ts'
import type { Alert } from '../../api/types.ts'
import { count } from '../../lib/format.ts'
import { useHotkeys } from '../../lib/hotkeys.ts'
import { NewPill } from '../../ui/new-pill.tsx'
import { Empty, Failure, Skeleton } from '../../ui/states.tsx'
import { AlertFilters } from './alert-filters.tsx'
import { AlertList } from './alert-list.tsx'
import { AlertPane } from './alert-pane.tsx'
import './alerts.css'

/** What happened? */
export function AlertsPage() {
  const { state = 'open', severity, device, q, alert } = useSearch({ from: '/alerts' })
  const filter = useMemo<AlertFilter>(
    () => ({ state: state === 'all' ? undefined : [state], severity, device, q }),
    [state, severity, device, q],
  )
  const query = useInfiniteQuery(alertsQuery(filter))
  const items = useMemo(() => unique(query.data?.pages.flatMap((p) => p.items) ?? []), [query.data])
  const open = useOpen()
  const keys = useMemo(() => {
    const step = (by: number) => () => {
      const at = items.findIndex((a) => a.id === alert)
      const next = items[Math.max(0, Math.min(items.length - 1, at + by))]
      if (next) open(next.id)
    }
    return { j: step(1), k: step(-1), escape: () => open(undefined) }
  }, [items, alert, open])
  useHotkeys(keys)
  const total = query.data?.pages[0]?.total
  return (
    <div className="alerts" data-open={alert ? true : undefined}>
      <div className="alerts-list">
        <header className="alerts-head">
          <div className="row spread">
            <h1>Alerts</h1>
            <span className="quiet small" role="status">
              {total === undefined ? '' : `${count(total)} ${state === 'all' ? 'in all' : state}`}
            </span>
          </div>
          <AlertFilters state={state} severity={severity} device={device} q={q} />
        </header>
        <Newcomers empty={query.data !== undefined && items.length === 0} />
        {query.isError && !query.data ? (
          <Failure
            what="The alerts could not be read."
            error={query.error}
            retry={() => void query.refetch()}
          />
        ) : query.data === undefined ? (
          <div className="alerts-loading">
            <Skeleton lines={10} height={40} />
          </div>
        ) : items.length === 0 ? (
          <Empty title={state === 'open' ? 'Still water' : 'No alert matches'}>
            {state === 'open'
              ? 'No open alert. What the detectors find arrives here by itself.'
              : 'Loosen the filters above.'}
          </Empty>
        ) : (
          <AlertList
            items={items}
            current={alert}
            open={open}
            more={query.hasNextPage ? () => void query.fetchNextPage() : undefined}
            loading={query.isFetchingNextPage}
          />
        )}
      </div>
      <div className="alerts-pane">
        {alert ? (
          <AlertPane key={alert} id={alert} close={() => open(undefined)} />
        ) : (
          <Empty title="Choose an alert to read it">
            <span className="alerts-hint">j and k walk through the list.</span>
          </Empty>
        )}
      </div>
    </div>
  )
}

function useOpen(): (id: string | undefined) => void {
  const navigate = useNavigate({ from: '/alerts' })
  return useCallback(
    (id) => void navigate({ search: (s) => ({ ...s, alert: id }), replace: id !== undefined }),
    [navigate],
  )
}

// A page may hold what the page before it holds too, when something moved up meanwhile.
function unique(items: Alert[]): Alert[] {
  return [...new Map(items.map((a) => [a.id, a])).values()]
}

function Newcomers({ empty }: { empty: boolean }) {
  const { waiting, clear } = useNewcomers('alerts')
  const client = useQueryClient()
  const show = useCallback(() => {
    clear()
    void client.invalidateQueries({ queryKey: ['alerts'] })
  }, [clear, client])
  // Where nothing is, nothing can jump.
  useEffect(() => {
    if (empty && waiting > 0) show()
  }, [empty, waiting, show])
  return (
    <div className="alerts-new">
      <NewPill count={waiting} what="alert" show={show} />
    </div>
  )
}
