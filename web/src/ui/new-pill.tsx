import { ArrowUp } from 'lucide-react'
import './signs.css'

/** "12 new": what came while the reader was looking; nothing moves until they say so. */
export function NewPill({ count, what, show }: { count: number; what: string; show: () => void }) {
  if (count === 0) return null
  return (
    <button type="button" className="new-pill" onClick={show}>
      <ArrowUp size={15} aria-hidden="true" />
      {count} new {count === 1 ? what : `${what}s`}
    </button>
  )
}
