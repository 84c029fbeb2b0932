import { useQuery } from '@tanstack/react-query'
import { identityQualityQuery } from '../../api/identity.ts'
import type { FieldQuality, IdentityQuality } from '../../api/types.ts'
import { count, plural } from '../../lib/format.ts'
import { Card } from '../../ui/layout.tsx'
import { Ago } from '../../ui/signs.tsx'
import { Await, Empty } from '../../ui/states.tsx'
import { titles } from './fields.ts'
import { Reliability } from './reliability.tsx'

// From the tenth of confidence at which each begins.
const grades = [
  { name: 'sure', from: 9, to: 10 },
  { name: 'quite sure', from: 7, to: 9 },
  { name: 'unsure', from: 0, to: 7 },
] as const

/** How many devices are known, field by field, and how surely. */
export function Quality() {
  const quality = useQuery(identityQualityQuery)
  return (
    <Card
      title="How well the devices are known"
      aside={
        quality.data && (
          <span className="small quiet">
            {plural(quality.data.devices, 'device')}, counted <Ago time={quality.data.time} />
          </span>
        )
      }
    >
      <Await query={quality} what="The count">
        {(q) => (q.devices === 0 ? <Empty title="No device yet" art={false} /> : <Fields quality={q} />)}
      </Await>
    </Card>
  )
}

function Fields({ quality: q }: { quality: IdentityQuality }) {
  return (
    <>
      <ul className="quality">
        {q.fields.map((f) => (
          <li key={f.field}>
            <span>{titles[f.field] ?? f.field}</span>
            <Bar field={f} devices={q.devices} />
            <span className="num">{Math.round((100 * f.known) / q.devices)} % known</span>
            <span className="small quiet">{remarks(f)}</span>
          </li>
        ))}
      </ul>
      <ul className="quality-legend small quiet" aria-hidden="true">
        {grades.map((g) => (
          <li key={g.name}>
            <i data-grade={g.name} /> {g.name}
          </li>
        ))}
        <li>
          <i data-grade="unknown" /> not known
        </li>
      </ul>
      <Reliability fields={q.fields} />
    </>
  )
}

/** How many devices have an answer of each grade. */
export function graded(f: FieldQuality): { name: string; n: number }[] {
  return grades.map((g) => ({ name: g.name, n: f.tenths.slice(g.from, g.to).reduce((a, b) => a + b, 0) }))
}

function Bar({ field, devices }: { field: FieldQuality; devices: number }) {
  const parts = graded(field)
  const said = parts.map((p) => `${count(p.n)} ${p.name}`).join(', ')
  return (
    <span
      className="quality-bar"
      role="img"
      aria-label={`${titles[field.field] ?? field.field}: ${said}, ${count(devices - field.known)} not known`}
    >
      {parts.map((p) => (
        <i
          key={p.name}
          data-grade={p.name}
          style={{ width: `${(100 * p.n) / devices}%` }}
          title={`${count(p.n)} ${p.name}`}
        />
      ))}
    </span>
  )
}

/** What else there is to say: contests, and people's words. */
export function remarks(f: FieldQuality): string {
  const said = [
    f.contested && `${count(f.contested)} with a real alternative`,
    f.confirmed && `${count(f.confirmed)} confirmed`,
    f.locked && `${count(f.locked)} set by people`,
    f.rejected && `${count(f.rejected)} ruled out`,
  ]
  return said.filter(Boolean).join(' · ')
}
