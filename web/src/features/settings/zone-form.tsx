import { useMutation } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { createZone, putZone, type ZoneBody } from '../../api/admin.ts'
import type { Zone } from '../../api/types.ts'
import { words } from '../../lib/format.ts'
import {
  criticalities,
  isCriticality,
  purdueLevels,
  purdueTitle,
  zoneKindTitle,
} from '../../lib/standing-words.ts'
import { Button } from '../../ui/button.tsx'
import { Choice, Field } from '../../ui/field.tsx'

const kinds = ['ot', 'iot', 'it', 'guest', 'medical', 'pos', 'dmz'] as const

interface ZoneFormProps {
  /** The zone that is changed; none for a new one. */
  zone?: Zone
  done: () => void
  cancel?: () => void
}

/** Draws a zone, or changes one. */
export function ZoneForm({ zone, done, cancel }: ZoneFormProps) {
  const blank = {
    name: zone?.name ?? '',
    kind: zone?.kind ?? 'iot',
    level: zone?.purdue_level?.toString() ?? '',
    criticality: zone?.criticality ?? '',
    ranges: zone?.prefixes.join(', ') ?? '',
  }
  const [form, setForm] = useState(blank)
  const set = (change: Partial<typeof form>): void => setForm((f) => ({ ...f, ...change }))
  const saving = useMutation({
    mutationFn: () => (zone ? putZone(zone.id, bodyOf(form)) : createZone(bodyOf(form))),
    onSuccess: () => {
      setForm(blank)
      done()
    },
  })
  const submit = (e: FormEvent): void => {
    e.preventDefault()
    saving.mutate()
  }
  return (
    <form className="settings-form" onSubmit={submit}>
      <Field title="Name">
        <input
          className="input"
          value={form.name}
          maxLength={64}
          required
          // The reader has just asked to change it, and it may stand below the screen.
          // eslint-disable-next-line jsx-a11y/no-autofocus
          autoFocus={!!zone}
          onChange={(e) => set({ name: e.target.value })}
        />
      </Field>
      <Choice
        title="Kind"
        value={form.kind}
        choices={kinds.map((k) => [k, zoneKindTitle(k)])}
        change={(kind) => set({ kind })}
      />
      <Choice
        title="Purdue level"
        value={form.level}
        choices={[['', 'by type'], ...purdueLevels.map((l): [string, string] => [l, purdueTitle(l)])]}
        change={(level) => set({ level })}
      />
      <Choice
        title="Criticality"
        value={form.criticality}
        choices={[['', 'by type'], ...criticalities.map((c): [string, string] => [c, words(c)])]}
        change={(criticality) => set({ criticality })}
      />
      <Field title="Address ranges">
        <input
          className="input"
          value={form.ranges}
          required
          placeholder="10.0.20.0/24, 10.0.21.0/24"
          onChange={(e) => set({ ranges: e.target.value })}
        />
      </Field>
      <div className="row">
        <Button look="primary" type="submit" busy={saving.isPending}>
          {zone ? 'Save' : 'Draw'}
        </Button>
        {cancel && <Button onClick={cancel}>Cancel</Button>}
      </div>
      {saving.isError && (
        <p className="note note-danger wide" role="alert">
          {saving.error.message}
        </p>
      )}
    </form>
  )
}

type Form = Record<'name' | 'kind' | 'level' | 'criticality' | 'ranges', string>

const bodyOf = (f: Form): ZoneBody => ({
  name: f.name.trim(),
  kind: kinds.find((k) => k === f.kind) ?? 'iot',
  prefixes: f.ranges.split(/[\s,]+/).filter(Boolean),
  ...(f.level && { purdue_level: Number(f.level) }),
  ...(isCriticality(f.criticality) && { criticality: f.criticality }),
})
