import { TriangleAlert } from 'lucide-react'
import { useState, type FormEvent } from 'react'
import type { ActionPlan } from '../../api/types.ts'
import { shortDuration } from '../../lib/time.ts'
import { Button } from '../../ui/button.tsx'
import { PlanView } from './plan-view.tsx'

interface PlanStepProps {
  plan: ActionPlan
  name: string
  /** The device's name must be typed. */
  typed: boolean
  minutes: number
  busy: boolean
  error: Error | null
  back: () => void
  go: (confirm: string) => void
}

/** The plan, with the way back before the way in. */
export function PlanStep({ plan, name, typed, minutes, busy, error, back, go }: PlanStepProps) {
  const [text, setText] = useState('')
  const sure = !typed || text.trim() === name
  const submit = (e: FormEvent): void => {
    e.preventDefault()
    if (sure) go(typed ? text.trim() : '')
  }
  return (
    <form className="stack" onSubmit={submit}>
      <PlanView plan={plan} />
      {typed && (
        <div className="stack-s">
          <p className="note note-danger">
            <TriangleAlert size={18} aria-hidden="true" />
            <span>
              This is, or may be, a control device: cutting it off can stop something in the world. Talk to
              those who run it first.
            </span>
          </p>
          <label className="field">
            <span>
              Type <strong className="mono">{name}</strong> to go on
            </span>
            <input
              className="input"
              value={text}
              autoComplete="off"
              spellCheck={false}
              onChange={(e) => setText(e.target.value)}
            />
          </label>
        </div>
      )}
      {error && (
        <p className="note note-danger" role="alert">
          {error.message}
        </p>
      )}
      <div className="dialog-foot">
        <Button onClick={back}>Back</Button>
        <Button look="danger" type="submit" busy={busy} disabled={!sure}>
          {busy ? 'Cutting off…' : `Cut it off for ${shortDuration(minutes * 60)}`}
        </Button>
      </div>
    </form>
  )
}
