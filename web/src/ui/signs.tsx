import type { ReactNode } from 'react'
import { confidence } from '../lib/format.ts'
import { sureness } from '../lib/levels.ts'
import { ago, exact, freshness } from '../lib/time.ts'
import { useNow } from '../lib/clock.ts'

type Grade = 'critical' | 'high' | 'medium' | 'low' | 'info' | 'unknown' | 'good'

// One shape for each grade, so that they can be told apart without colour:
// octagon, triangle, diamond, disc, ring, dashed ring, check.
const shapes: Record<Grade, ReactNode> = {
  critical: <path d="M4.2.8h5.6l3.4 3.4v5.6l-3.4 3.4H4.2L.8 9.8V4.2z" fill="currentColor" />,
  high: <path d="M7 1.2 13.4 12.6H.6z" fill="currentColor" />,
  medium: <path d="M7 .8 13.2 7 7 13.2.8 7z" fill="currentColor" />,
  low: <circle cx="7" cy="7" r="4.6" fill="currentColor" />,
  info: <circle cx="7" cy="7" r="4.4" fill="none" stroke="currentColor" strokeWidth="2" />,
  unknown: (
    <circle
      cx="7"
      cy="7"
      r="5"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeDasharray="2.4 2.2"
    />
  ),
  good: <path d="m2 7.4 3.4 3.4L12 3.6" fill="none" stroke="currentColor" strokeWidth="2.4" />,
}

export function Shape({ grade, size = 12 }: { grade: Grade; size?: number }) {
  return (
    <svg viewBox="0 0 14 14" width={size} height={size} aria-hidden="true" className={`c-${grade}`}>
      {shapes[grade]}
    </svg>
  )
}

/** A grade in shape, colour and word. */
export function Sign({ grade, children }: { grade: Grade; children?: ReactNode }) {
  return (
    <span className={`sign sign-${grade}`}>
      <Shape grade={grade} />
      {children ?? grade}
    </span>
  )
}

/** How sure: a short bar and a percentage. */
export function Sureness({ value, word = false }: { value: number; word?: boolean }) {
  return (
    <span className="sureness" title={`Confidence ${confidence(value)}`}>
      <span className="sureness-bar" aria-hidden="true">
        <i style={{ width: confidence(value).replace(' ', '') }} />
      </span>
      {word && <span>{sureness(value)}</span>}
      <span className="sureness-number">
        <span className="visually-hidden">confidence </span>
        {confidence(value)}
      </span>
    </span>
  )
}

/** The living dot: how fresh something is, said and shown. */
export function Dot({ seen }: { seen: string | undefined }) {
  const state = freshness(seen, useNow())
  return <span className={`dot dot-${state}`} aria-hidden="true" />
}

/** An age that keeps itself up to date; the exact moment shows on hover. */
export function Ago({ time }: { time: string | undefined }) {
  const now = useNow()
  return (
    <time dateTime={time || undefined} title={exact(time)} className="nowrap">
      {ago(time, now)}
    </time>
  )
}

type Tone = Grade | 'accent' | 'plain'

export function Chip({
  tone = 'plain',
  children,
  title,
}: {
  tone?: Tone
  children: ReactNode
  title?: string
}) {
  return (
    <span className={tone === 'plain' ? 'chip' : `chip chip-${tone}`} title={title}>
      {children}
    </span>
  )
}

export function Kbd({ children }: { children: ReactNode }) {
  return <kbd className="kbd">{children}</kbd>
}
