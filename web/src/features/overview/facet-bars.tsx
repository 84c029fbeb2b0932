import { Link } from '@tanstack/react-router'
import type { Facet } from '../../api/types.ts'
import { count } from '../../lib/format.ts'
import { TypeIcon } from '../../ui/type-icon.tsx'

interface FacetBarsProps {
  facets: Facet[]
  title: (value: string) => string
  link: (value: string) => { q?: string; zone?: string[]; vendor?: string[] }
  icons?: boolean
  /** What stands there when nothing is known. */
  none?: string
}

/** Counts as bars, each a way to the devices behind it. */
export function FacetBars({ facets, title, link, icons = false, none = 'Not known yet.' }: FacetBarsProps) {
  const shown = facets.filter((f) => f.count > 0).slice(0, 9)
  const most = Math.max(1, ...shown.map((f) => f.count))
  if (shown.length === 0) return <p className="quiet small">{none}</p>
  return (
    <div className="bars">
      {shown.map((f) => (
        <Link key={f.value} to="/devices" search={link(f.value)} className="bar">
          <i style={{ width: `${(f.count / most) * 100}%` }} aria-hidden="true" />
          {icons && <TypeIcon type={f.value} category={f.value} size={16} />}
          <span className="clip">{title(f.value)}</span>
          <span className="num">{count(f.count)}</span>
        </Link>
      ))}
    </div>
  )
}
