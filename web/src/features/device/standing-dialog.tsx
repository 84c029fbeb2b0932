import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { correctIdentity } from '../../api/devices.ts'
import type { Device } from '../../api/types.ts'
import { words } from '../../lib/format.ts'
import { criticalities, purdueLevels, purdueTitle, standingFields } from '../../lib/standing-words.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { useSay } from '../../ui/toast.tsx'

/** Takes a person's word on how critical a device is and at which level it works. */
export function StandingDialog({ device: d, close }: { device: Device; close: () => void }) {
  const now = {
    criticality: d.standing?.criticality?.value ?? '',
    purdue_level: d.standing?.purdue_level?.value ?? '',
  }
  const [values, setValues] = useState(now)
  const [reason, setReason] = useState('')
  const client = useQueryClient()
  const say = useSay()
  const changed = standingFields.filter((f) => values[f] !== now[f])
  const saving = useMutation({
    mutationFn: async () => {
      for (const field of changed) {
        const body = { ruling: 'lock', value: values[field], reason: reason.trim() || undefined } as const
        await correctIdentity(d.id, field, body)
      }
    },
    onSettled: () => void client.invalidateQueries(),
    onSuccess: () => {
      say('Noted, and it stays so until someone takes it back.')
      close()
    },
  })
  const submit = (e: FormEvent): void => {
    e.preventDefault()
    saving.mutate()
  }
  // A level that is none of the usual ones stays one to choose.
  const levels = now.purdue_level && !purdueLevels.includes(now.purdue_level) ? [now.purdue_level] : []
  return (
    <Dialog title="How critical is it, and at which level?" close={close}>
      <form className="stack" onSubmit={submit}>
        <Choice
          title="Criticality: how much harm its failure does"
          value={values.criticality}
          choices={criticalities.map((c) => [c, words(c)])}
          change={(criticality) => setValues((v) => ({ ...v, criticality }))}
        />
        <Choice
          title="Purdue level"
          value={values.purdue_level}
          choices={[...levels, ...purdueLevels].map((l) => [l, purdueTitle(l)])}
          change={(purdue_level) => setValues((v) => ({ ...v, purdue_level }))}
        />
        <label className="field">
          <span>How do you know?</span>
          <input
            className="input"
            value={reason}
            maxLength={512}
            onChange={(e) => setReason(e.target.value)}
            placeholder="The line stands still without it"
          />
        </label>
        <p className="small quiet">Criticality says what to look at first. The risk score stays as it is.</p>
        {saving.isError && (
          <p className="note note-danger" role="alert">
            {saving.error.message}
          </p>
        )}
        <div className="dialog-foot">
          <Button onClick={close}>Cancel</Button>
          <Button look="primary" type="submit" busy={saving.isPending} disabled={changed.length === 0}>
            So it is
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

interface ChoiceProps {
  title: string
  value: string
  choices: [string, string][]
  change: (value: string) => void
}

function Choice({ title, value, choices, change }: ChoiceProps) {
  return (
    <label className="field">
      <span>{title}</span>
      <select className="select" value={value} onChange={(e) => change(e.target.value)}>
        {value === '' && (
          <option value="" disabled>
            not known
          </option>
        )}
        {choices.map(([v, name]) => (
          <option key={v} value={v}>
            {name}
          </option>
        ))}
      </select>
    </label>
  )
}
