import type { ReactNode } from 'react'

/** A control of a form below its title. */
export function Field({ title, children }: { title: string; children: ReactNode }) {
  return (
    <label className="field">
      <span>{title}</span>
      {children}
    </label>
  )
}

interface ChoiceProps {
  title: string
  value: string
  /** What there is to choose: the value, and how it is called. */
  choices: [string, string][]
  change: (value: string) => void
}

/** A choice among a few. */
export function Choice({ title, value, choices, change }: ChoiceProps) {
  return (
    <Field title={title}>
      <select className="select" value={value} onChange={(e) => change(e.target.value)}>
        {choices.map(([v, name]) => (
          <option key={v} value={v}>
            {name}
          </option>
        ))}
      </select>
    </Field>
  )
}
