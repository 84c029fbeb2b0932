import { useEffect, useRef } from 'react'
import type { Alert } from '../../api/types.ts'
import { confidence } from '../../lib/format.ts'
import { verdictTitle } from '../../lib/alert-words.ts'
import { Button } from '../../ui/button.tsx'
import { Ago, Chip, Shape } from '../../ui/signs.tsx'
import { isRead } from './read.ts'

interface AlertListProps {
  items: Alert[]
  current: string | undefined
  open: (id: string) => void
  more: (() => void) | undefined
  loading: boolean
}

/** The inbox: what nobody has read yet weighs more. */
export function AlertList({ items, current, open, more, loading }: AlertListProps) {
  const chosen = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    // In braces: browsers answer with a promise, which React would take for a clean-up.
    chosen.current?.scrollIntoView({ block: 'nearest' })
  }, [current])
  return (
    <ul className="inbox" aria-label="Alerts">
      {items.map((a) => (
        <li key={a.id}>
          <button
            ref={a.id === current ? chosen : undefined}
            type="button"
            className="inbox-item"
            data-unread={!isRead(a) || undefined}
            aria-current={a.id === current || undefined}
            onClick={() => open(a.id)}
          >
            <Shape grade={a.severity} size={14} />
            <span className="inbox-text">
              <span className="inbox-title">
                <span className="visually-hidden">{a.severity}: </span>
                {a.summary}
              </span>
              <span className="inbox-meta small">
                <span>{a.title ?? a.detector}</span>
                <span>· {confidence(a.confidence)} sure</span>
                {a.count > 1 && <span>· {a.count} times</span>}
                {a.verdict && <Chip>{verdictTitle(a.verdict)}</Chip>}
                {a.state === 'acknowledged' && <Chip tone="accent">acknowledged</Chip>}
              </span>
            </span>
            <span className="small quiet">
              <Ago time={a.last_seen} />
            </span>
          </button>
        </li>
      ))}
      {more && (
        <li className="inbox-more">
          <Button onClick={more} busy={loading}>
            {loading ? 'Loading…' : 'Older alerts'}
          </Button>
        </li>
      )}
    </ul>
  )
}
