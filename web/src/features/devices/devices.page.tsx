import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Merge, SlidersHorizontal } from 'lucide-react'
import { useCallback, useMemo, useState } from 'react'
import type { DeviceFilter } from '../../api/devices.ts'
import { useNewcomers } from '../../api/live-hooks.ts'
import { sensorsQuery, zonesQuery } from '../../api/overview.ts'
import { useMay } from '../../api/session.ts'
import { count } from '../../lib/format.ts'
import { toggled } from '../../lib/page-search.ts'
import { Button } from '../../ui/button.tsx'
import { NewPill } from '../../ui/new-pill.tsx'
import { DeviceTable } from './device-table.tsx'
import { ExportMenu } from './export-menu.tsx'
import { FacetPanel, type FacetName } from './facet-panel.tsx'
import { MergeDialog } from './merge-dialog.tsx'
import { SavedViews } from './saved-views.tsx'
import { SearchBox } from './search-box.tsx'
import './devices.css'

/** What is on my network? */
export function DevicesPage() {
  const search = useSearch({ from: '/devices' })
  const { selected, filter } = useFilter()
  const navigate = useNavigate({ from: '/devices' })
  const zones = useQuery(zonesQuery).data?.items ?? []
  const sensors = useQuery(sensorsQuery).data?.items ?? []
  const [total, setTotal] = useState<number>()
  const [facets, setFacets] = useState(false)

  const change = useCallback(
    (with_: Partial<typeof search>) => void navigate({ search: (s) => ({ ...s, ...with_ }), replace: true }),
    [navigate],
  )
  const toggle = useCallback(
    (facet: FacetName, value: string) =>
      void navigate({ search: (s) => ({ ...s, [facet]: toggled(s[facet], value) }), replace: true }),
    [navigate],
  )
  const select = useCallback(
    (id: string) =>
      void navigate({ search: (s) => ({ ...s, selected: toggled(s.selected, id) }), replace: true }),
    [navigate],
  )
  const find = useCallback((q: string) => change({ q: q.trim() || undefined }), [change])
  const sort = useCallback((by: string) => change({ sort: by }), [change])
  const clear = useCallback(() => void navigate({ search: {} }), [navigate])
  return (
    <div className="devices" data-facets={facets || undefined}>
      <aside className="devices-side" aria-label="Filters">
        <label className="facet-row devices-beyond">
          <input
            type="checkbox"
            className="checkbox"
            checked={search.beyond === 'yes'}
            onChange={(e) => change({ beyond: e.target.checked ? 'yes' : undefined })}
          />
          <span className="clip">Hosts beyond this network</span>
        </label>
        <FacetPanel filter={filter} zones={zones} sensors={sensors} toggle={toggle} />
      </aside>
      <div className="devices-main">
        <header className="devices-head">
          <div className="row spread">
            <h1>Devices</h1>
            <span className="quiet small" role="status">
              {total === undefined ? 'counting…' : `${count(total)} ${total === 1 ? 'matches' : 'match'}`}
            </span>
          </div>
          <div className="devices-search">
            <SearchBox value={search.q ?? ''} change={find} />
            <Button className="devices-filter" aria-pressed={facets} onClick={() => setFacets(!facets)}>
              <SlidersHorizontal size={15} aria-hidden="true" /> Filters
            </Button>
            <ExportMenu filter={filter} />
          </div>
          <SavedViews filter={filter} />
          <Selection ids={selected} clear={() => change({ selected: undefined })} />
        </header>
        <Newcomers />
        <DeviceTable
          filter={filter}
          zones={zones}
          selected={selected}
          select={select}
          sort={sort}
          total={setTotal}
          clear={clear}
        />
      </div>
    </div>
  )
}

function useFilter(): { filter: DeviceFilter; selected: string[] } {
  const { selected, beyond, ...chosen } = useSearch({ from: '/devices' })
  const key = JSON.stringify({ ...chosen, local: beyond ? undefined : 'true' })
  const filter = useMemo(() => JSON.parse(key) as DeviceFilter, [key])
  return { filter, selected: selected ?? [] }
}

function Newcomers() {
  const { waiting, clear } = useNewcomers('devices')
  const client = useQueryClient()
  const show = (): void => {
    clear()
    void client.invalidateQueries({ queryKey: ['devices'] })
    void client.invalidateQueries({ queryKey: ['facets'] })
  }
  return (
    <div className="devices-new">
      <NewPill count={waiting} what="device" show={show} />
    </div>
  )
}

function Selection({ ids, clear }: { ids: string[]; clear: () => void }) {
  const [merging, setMerging] = useState(false)
  const allowed = useMay('analyst')
  if (ids.length === 0) return null
  return (
    <div className="row selection" role="status">
      <strong>{ids.length} selected</strong>
      {allowed && (
        <Button disabled={ids.length < 2} onClick={() => setMerging(true)}>
          <Merge size={15} aria-hidden="true" /> Merge into one
        </Button>
      )}
      <Button look="quiet" onClick={clear}>
        Clear
      </Button>
      {merging && (
        <MergeDialog ids={ids} close={() => setMerging(false)} done={() => (setMerging(false), clear())} />
      )}
    </div>
  )
}
