import { Undo2 } from 'lucide-react'
import type { ActionPlan } from '../../api/types.ts'

/** What would be done, as the dry run found it. */
export function PlanView({ plan }: { plan: ActionPlan }) {
  return (
    <div className="stack">
      <div className="note">
        <Undo2 size={18} aria-hidden="true" />
        <span>
          <strong>The way back.</strong> {plan.way_back || 'Release undoes it.'}
        </span>
      </div>
      <Lines title="Exactly this changes" lines={plan.changes} code />
      <Lines title="Who is hit" lines={plan.affects} />
      <Lines title="What this cannot stop" lines={plan.limits} />
    </div>
  )
}

function Lines({
  title,
  lines,
  code = false,
}: {
  title: string
  lines: string[] | null | undefined
  code?: boolean
}) {
  if (!lines?.length) return null
  return (
    <section className="stack-s">
      <h3>{title}</h3>
      {code ? (
        // A region that scrolls must be reachable by the keyboard.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        <pre className="plan-lines" tabIndex={0} aria-label={title} role="region">
          {lines.join('\n')}
        </pre>
      ) : (
        <ul className="plan-list">
          {lines.map((l) => (
            <li key={l}>{l}</li>
          ))}
        </ul>
      )}
    </section>
  )
}
