import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { CircleHelp, Ellipsis } from 'lucide-react'
import { useState } from 'react'
import { openAlertsQuery } from '../../api/alerts.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { brief } from '../../lib/format.ts'
import { Mark } from '../../ui/mark.tsx'
import { places } from './places.ts'

export function Nav({ help, version }: { help: () => void; version: string }) {
  const [more, setMore] = useState(false)
  return (
    <nav className="nav" aria-label="Main">
      <Link to="/" className="nav-brand wordmark" aria-label="Heron, to the overview">
        <Mark /> <span>Heron</span>
      </Link>
      <ul>
        {places.map((p) => (
          <li key={p.to} className={p.main ? undefined : 'nav-rest'}>
            <NavLink place={p} />
          </li>
        ))}
        <li className="nav-more">
          <button type="button" className="nav-link" onClick={() => setMore(true)}>
            <Ellipsis size={20} aria-hidden="true" />
            <span>More</span>
          </button>
        </li>
      </ul>
      <div className="nav-foot">
        <button type="button" className="nav-link" onClick={help}>
          <CircleHelp size={18} aria-hidden="true" />
          <span>Keys</span>
        </button>
        <span className="small quiet nav-version">{version}</span>
      </div>
      {more && (
        <Dialog title="More" close={() => setMore(false)}>
          <ul className="nav-sheet">
            {places
              .filter((p) => !p.main)
              .map((p) => (
                <li key={p.to}>
                  <NavLink place={p} after={() => setMore(false)} />
                </li>
              ))}
          </ul>
        </Dialog>
      )}
    </nav>
  )
}

function NavLink({ place, after }: { place: (typeof places)[number]; after?: () => void }) {
  return (
    <Link
      to={place.to}
      className="nav-link"
      activeOptions={{ exact: place.to === '/', includeSearch: false }}
      onClick={after}
    >
      <place.icon size={18} strokeWidth={1.8} aria-hidden="true" />
      <span>{place.title}</span>
      {place.to === '/alerts' && <OpenAlerts />}
    </Link>
  )
}

function OpenAlerts() {
  const { data } = useQuery(openAlertsQuery)
  if (!data) return null
  return (
    <span className="nav-count">
      {brief(data)}
      <span className="visually-hidden"> open</span>
    </span>
  )
}
