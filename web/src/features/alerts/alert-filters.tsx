import { Link, useNavigate } from '@tanstack/react-router'
import { X } from 'lucide-react'
import { useEffect, useState } from 'react'
import { severities } from '../../lib/levels.ts'
import { toggled } from '../../lib/page-search.ts'
import { Button } from '../../ui/button.tsx'
import { Shape } from '../../ui/signs.tsx'

const states = [
  ['open', 'Open'],
  ['acknowledged', 'Acknowledged'],
  ['closed', 'Closed'],
  ['all', 'All'],
] as const

interface AlertFiltersProps {
  state: string
  severity: string[] | undefined
  device: string | undefined
  q: string | undefined
}

export function AlertFilters({ state, severity, device, q }: AlertFiltersProps) {
  const navigate = useNavigate({ from: '/alerts' })
  return (
    <>
      <nav className="tabs" aria-label="State">
        {states.map(([name, title]) => (
          <Link
            key={name}
            from="/alerts"
            to="/alerts"
            search={(s) => ({ ...s, state: name === 'open' ? undefined : name, alert: undefined })}
            className="tab"
            activeProps={{ 'aria-current': undefined }}
            aria-current={state === name ? 'page' : undefined}
          >
            {title}
          </Link>
        ))}
      </nav>
      {device && (
        <Button
          look="quiet"
          className="alerts-device"
          onClick={() => void navigate({ search: (s) => ({ ...s, device: undefined }) })}
        >
          <X size={14} aria-hidden="true" /> Only those of one device
        </Button>
      )}
      <div className="row alerts-filter">
        <Words key={q ?? ''} value={q ?? ''} />
        <div className="row severities" role="group" aria-label="Severity">
          {severities.map((s) => (
            <Button
              key={s}
              look="quiet"
              className="severity"
              aria-pressed={severity?.includes(s) ?? false}
              aria-label={s}
              title={s}
              onClick={() =>
                void navigate({ search: (v) => ({ ...v, severity: toggled(v.severity, s) }), replace: true })
              }
            >
              <Shape grade={s} size={14} />
            </Button>
          ))}
        </div>
      </div>
    </>
  )
}

function Words({ value }: { value: string }) {
  const [text, setText] = useState(value)
  const navigate = useNavigate({ from: '/alerts' })
  useEffect(() => {
    if (text === value) return
    const timer = setTimeout(
      () => void navigate({ search: (s) => ({ ...s, q: text.trim() || undefined }), replace: true }),
      300,
    )
    return () => clearTimeout(timer)
  }, [text, value, navigate])
  return (
    <input
      className="input"
      type="search"
      aria-label="Words in title, summary or address"
      placeholder="Words or an address"
      value={text}
      onChange={(e) => setText(e.target.value)}
    />
  )
}
