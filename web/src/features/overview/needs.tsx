import { Link } from '@tanstack/react-router'
import { ChevronRight } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import type { Need, Overview, Severity } from '../../api/types.ts'
import { count, plural } from '../../lib/format.ts'
import { severities } from '../../lib/levels.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/layout.tsx'
import { Ago, Shape, Sign } from '../../ui/signs.tsx'
import { Empty } from '../../ui/states.tsx'

/** So many at a glance; the rest on demand. */
const few = 5

const numbers = [
  'Nothing',
  'One thing',
  'Two things',
  'Three things',
  'Four things',
  'Five things',
  'Six things',
  'Seven things',
  'Eight things',
  'Nine things',
]

/** The one sentence that says it. */
export function sentence(o: Pick<Overview, 'needs' | 'devices'>): string {
  const n = o.needs.length
  if (o.devices === 0 && n === 0) return 'Still water. Nothing has been seen yet.'
  if (n === 0) return 'Still water. Nothing needs you.'
  return `${numbers[n] ?? plural(n, 'thing')} ${n === 1 ? 'needs' : 'need'} you.`
}

export function Needs({ needs, alerts }: { needs: Need[]; alerts: Record<string, number> }) {
  const [all, setAll] = useState(false)
  const shown = all ? needs : needs.slice(0, few)
  const open = severities.filter((s) => (alerts[s] ?? 0) > 0)
  return (
    <Card
      title="What needs me?"
      aside={
        <span className="row need-counts">
          {open.map((s) => (
            <Link
              key={s}
              to="/alerts"
              search={{ severity: [s] }}
              className="small"
              title={`${alerts[s]} open, ${s}`}
            >
              <Sign grade={s}>{count(alerts[s] ?? 0)}</Sign>
              <span className="visually-hidden"> open alerts, {s}</span>
            </Link>
          ))}
        </span>
      }
    >
      {needs.length === 0 ? (
        <Empty title="Nothing">
          New alerts, silent sensors and changes that wait for approval appear here.
        </Empty>
      ) : (
        <>
          <ul className="needs">
            {shown.map((n) => (
              <li key={n.kind + n.id}>
                <NeedLink need={n}>
                  <Shape grade={n.severity as Severity} size={15} />
                  <span>
                    <span className="need-text">{n.text}</span>
                    <span className="small quiet">
                      {n.severity} {n.kind} · <Ago time={n.since} />
                    </span>
                  </span>
                  <ChevronRight size={16} aria-hidden="true" />
                </NeedLink>
              </li>
            ))}
          </ul>
          {needs.length > shown.length && (
            <Button look="quiet" onClick={() => setAll(true)}>
              {needs.length - shown.length} more
            </Button>
          )}
        </>
      )}
    </Card>
  )
}

function NeedLink({ need, children }: { need: Need; children: ReactNode }) {
  const rest = { className: 'need', children }
  switch (need.kind) {
    case 'alert':
      return <Link to="/alerts" search={{ alert: need.id }} {...rest} />
    case 'device':
      return <Link to="/devices/$id" params={{ id: need.id }} {...rest} />
    case 'sensor':
      return <Link to="/sensors" {...rest} />
    default:
      return <Link to="/actions" {...rest} />
  }
}
