import { useQuery } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { zonesQuery } from '../../api/overview.ts'
import type { ScanRequest } from '../../api/types.ts'
import { Button } from '../../ui/button.tsx'
import { FromField } from './from-field.tsx'
import { LimitFields } from './limit-fields.tsx'

interface WhomStepProps {
  request: ScanRequest
  change: (r: ScanRequest) => void
  busy: boolean
  error: Error | null
  next: () => void
}

const profiles = [
  [
    'safe',
    'Safe',
    'Takes every host for a control device: one connection at a time, and only what is safe for one.',
  ],
  [
    'standard',
    'Standard',
    'A few connections at once to what is known not to be a control device; the usual ports of all.',
  ],
  ['deep', 'Deep', 'More ports, and every question. For networks without control devices.'],
] as const

/** Words between commas, spaces and line breaks. */
export const listed = (text: string): string[] => text.split(/[\s,]+/).filter(Boolean)

export function WhomStep({ request, change, busy, error, next }: WhomStepProps) {
  const zones = useQuery(zonesQuery).data?.items ?? []
  const [targets, setTargets] = useState(request.targets.join('\n'))
  const [exclude, setExclude] = useState((request.exclude ?? []).join('\n'))
  const submit = (e: FormEvent): void => {
    e.preventDefault()
    next()
  }
  const aim = (text: string): void => {
    setTargets(text)
    change({ ...request, targets: listed(text) })
  }
  return (
    <form className="stack" onSubmit={submit}>
      <p className="quiet">Nothing is sent yet. The next step shows all that would be.</p>
      <label className="field">
        <span>Whom? Addresses and networks</span>
        <textarea
          className="input mono"
          rows={3}
          value={targets}
          onChange={(e) => aim(e.target.value)}
          placeholder="192.0.2.0/24"
          spellCheck={false}
        />
      </label>
      {zones.length > 0 && (
        <div className="row" role="group" aria-label="Networks of zones">
          {zones.map((z) => (
            <Button
              key={z.id}
              look="quiet"
              onClick={() => aim([...new Set([...listed(targets), ...z.prefixes])].join('\n'))}
            >
              {z.name}
            </Button>
          ))}
        </div>
      )}
      <FromField request={request} change={change} />
      <fieldset className="choices">
        <legend className="field-label">How?</legend>
        {profiles.map(([name, title, doc]) => (
          <label key={name} className="choice">
            <input
              type="radio"
              name="profile"
              checked={request.profile === name}
              onChange={() => change({ ...request, profile: name })}
            />
            <span>
              <strong>{title}</strong>
              <span className="small quiet">{doc}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <label className="field">
        <span>Never touch (addresses, networks, maker:NAME, type:NAME)</span>
        <textarea
          className="input mono"
          rows={2}
          value={exclude}
          onChange={(e) => {
            setExclude(e.target.value)
            // Names of makers have spaces: a line or a comma ends them, a space does not.
            const words = e.target.value.split(/[\n,]+/).map((w) => w.trim())
            change({ ...request, exclude: words.filter(Boolean) })
          }}
          placeholder="192.0.2.7, maker:Siemens, type:infusion_pump"
          spellCheck={false}
        />
      </label>
      <LimitFields request={request} change={change} />
      {error && (
        <p className="note note-danger" role="alert">
          {error.message}
        </p>
      )}
      <div>
        <Button look="primary" type="submit" busy={busy} disabled={request.targets.length === 0}>
          Show the plan
        </Button>
      </div>
    </form>
  )
}
