import { ArrowDown, ArrowUp } from 'lucide-react'

export const columns = [
  { name: 'name', title: 'Device', sort: 'name', className: 'dt-name' },
  { name: 'make', title: 'Vendor, model', sort: 'vendor', className: 'dt-make' },
  { name: 'address', title: 'Address', sort: 'ip', className: 'dt-address' },
  { name: 'zone', title: 'Zone', className: 'dt-zone' },
  { name: 'criticality', title: 'Criticality', className: 'dt-criticality' },
  { name: 'risk', title: 'Risk', sort: 'risk', className: 'dt-risk' },
  { name: 'last', title: 'Last seen', sort: 'last_seen', className: 'dt-last' },
] as const

interface TableHeadProps {
  sort: string | undefined
  by: (sort: string) => void
}

/** Headings that sort: first the useful way round, then the other. */
export function TableHead({ sort, by }: TableHeadProps) {
  return (
    <div role="rowgroup" className="dt-head">
      <div role="row" className="dt-row">
        <span role="columnheader" className="dt-check">
          <span className="visually-hidden">Selected</span>
        </span>
        {columns.map((c) => {
          if (!('sort' in c)) {
            return (
              <span key={c.name} role="columnheader" className={c.className}>
                {c.title}
              </span>
            )
          }
          const down = sort === `-${c.sort}`
          const up = sort === c.sort
          return (
            <span
              key={c.name}
              role="columnheader"
              className={c.className}
              aria-sort={down ? 'descending' : up ? 'ascending' : 'none'}
            >
              <button type="button" onClick={() => by(nextSort(c.sort, sort))}>
                {c.title}
                {down && <ArrowDown size={13} aria-hidden="true" />}
                {up && <ArrowUp size={13} aria-hidden="true" />}
              </button>
            </span>
          )
        })}
      </div>
    </div>
  )
}

/** Risk and freshness begin with the most, words with A. */
export function nextSort(column: string, now: string | undefined): string {
  const first = column === 'risk' || column === 'last_seen' ? `-${column}` : column
  const second = first.startsWith('-') ? column : `-${column}`
  return now === first ? second : first
}
