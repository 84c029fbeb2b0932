import { useQuery } from '@tanstack/react-query'
import { explanationQuery } from '../../api/devices.ts'
import type { Settle } from '../../api/types.ts'
import { typeTitle } from '../../lib/device-types.ts'
import { confidence } from '../../lib/format.ts'

/** What would settle what is not sure: observations that nobody has made yet. */
export function Settles({ id }: { id: string }) {
  const { data } = useQuery(explanationQuery(id))
  const first = distinct(data?.settles ?? []).slice(0, 3)
  if (first.length === 0) return null
  return (
    <details className="small settles">
      <summary>What would settle it</summary>
      <ul>
        {first.map((s) => (
          <li key={s.field + s.claim + s.key}>
            <span className="mono">
              {s.key}
              {s.value && <> = {s.value}</>}
            </span>{' '}
            would make {s.field === 'os' ? 'system' : s.field}{' '}
            <strong>{s.field === 'type' ? typeTitle(s.claim) : s.claim}</strong> {confidence(s.then)} sure
            {s.now > 0 && <>, now {confidence(s.now)}</>}
          </li>
        ))}
      </ul>
    </details>
  )
}

/** One for each claim: further ways to the same are left to the command line. */
function distinct(list: Settle[]): Settle[] {
  const seen = new Set<string>()
  return list.filter((s) => {
    const key = s.field + s.claim
    const fresh = !seen.has(key)
    seen.add(key)
    return fresh
  })
}
