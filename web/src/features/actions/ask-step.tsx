import { useEffect, type FormEvent } from 'react'
import type { Executor } from '../../api/types.ts'
import { words } from '../../lib/format.ts'
import { Button } from '../../ui/button.tsx'

export interface Ask {
  executor: string
  minutes: string
  reason: string
}

interface AskStepProps {
  ask: Ask
  change: (ask: Ask) => void
  executors: Executor[] | undefined
  busy: boolean
  error: Error | null
  next: () => void
  close: () => void
}

const durations = [
  ['15', '15 minutes'],
  ['60', '1 hour'],
  ['240', '4 hours'],
  ['1440', '1 day'],
  ['10080', '1 week'],
]

export function AskStep({ ask, change, executors, busy, error, next, close }: AskStepProps) {
  const able = (executors ?? []).filter((x) => x.operations?.includes('quarantine'))
  const first = able.find((x) => x.available)?.name
  useEffect(() => {
    if (!ask.executor && first) change({ ...ask, executor: first })
  }, [ask, first, change])
  const submit = (e: FormEvent): void => {
    e.preventDefault()
    next()
  }
  return (
    <form className="stack" onSubmit={submit}>
      <p className="quiet">
        Nothing changes yet. The next step shows exactly what would be done, who is hit, and the way back.
      </p>
      <fieldset className="choices">
        <legend className="field-label">By which means?</legend>
        {executors && able.length === 0 && <p className="note">This server has no means of quarantine.</p>}
        {able.map((x) => (
          <label key={x.name} className="choice" data-off={!x.available || undefined}>
            <input
              type="radio"
              name="executor"
              disabled={!x.available}
              checked={ask.executor === x.name}
              onChange={() => change({ ...ask, executor: x.name })}
            />
            <span>
              <strong>{words(x.name)}</strong>
              <span className="small quiet">
                {x.available ? x.doc : `${x.doc} Not available: ${x.reason}`}
              </span>
            </span>
          </label>
        ))}
      </fieldset>
      <label className="field">
        <span>For how long?</span>
        <select
          className="select"
          value={ask.minutes}
          onChange={(e) => change({ ...ask, minutes: e.target.value })}
        >
          {durations.map(([minutes, title]) => (
            <option key={minutes} value={minutes}>
              {title}
            </option>
          ))}
        </select>
        <span className="field-hint">Then it ends by itself, whatever happens to Heron.</span>
      </label>
      <label className="field">
        <span>Why?</span>
        <input
          className="input"
          value={ask.reason}
          maxLength={512}
          required
          placeholder="Stands in the audit log"
          onChange={(e) => change({ ...ask, reason: e.target.value })}
        />
      </label>
      {error && (
        <p className="note note-danger" role="alert">
          {error.message}
        </p>
      )}
      <div className="dialog-foot">
        <Button onClick={close}>Cancel</Button>
        <Button look="primary" type="submit" busy={busy} disabled={!ask.executor}>
          {busy ? 'Planning…' : 'Show the plan'}
        </Button>
      </div>
    </form>
  )
}
