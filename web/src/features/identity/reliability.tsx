import { useId } from 'react'
import type { FieldQuality, JudgedAnswers } from '../../api/types.ts'
import { count, percent, plural } from '../../lib/format.ts'
import { scale } from '../../lib/series.ts'
import { Table } from '../../ui/layout.tsx'
import { Empty } from '../../ui/states.tsx'
import { titles } from './fields.ts'
import '../../ui/charts.css'

/** Whether answers are as often right as they claim to be, where people said what is right. */
export function Reliability({ fields }: { fields: FieldQuality[] }) {
  const judged = fields.map((f) => ({ field: f, all: total(f.judged) })).filter((j) => j.all.answers > 0)
  return (
    <section className="reliability" aria-labelledby="reliability">
      <h3 id="reliability" className="field-label">
        How often that is right
      </h3>
      {judged.length === 0 ? (
        <Empty title="Nobody has judged it yet" art={false}>
          Confirm or correct what a device is, on its page: then this shows how far confidence can be trusted
          here.
        </Empty>
      ) : (
        <div className="reliability-parts">
          <Diagram tenths={pooled(fields)} />
          <Table
            label="Our own answers, held against what people said"
            head={['', 'Judged', 'Right', 'Claimed', 'Calibration error']}
            numeric={[1, 2, 3, 4]}
          >
            {judged.map(({ field, all }) => (
              <tr key={field.field}>
                <th scope="row">{titles[field.field] ?? field.field}</th>
                <td className="num">{count(all.answers)}</td>
                <td className="num">{percent(all.right / all.answers)}</td>
                <td className="num">{percent(all.confidence)}</td>
                <td className="num">{field.calibration_error.toFixed(3)}</td>
              </tr>
            ))}
          </Table>
        </div>
      )}
    </section>
  )
}

/** All answers of several confidences as if they were of one: the mean. */
export function total(parts: JudgedAnswers[]): JudgedAnswers {
  const answers = parts.reduce((n, p) => n + p.answers, 0)
  const sure = parts.reduce((n, p) => n + p.answers * p.confidence, 0)
  return {
    answers,
    right: parts.reduce((n, p) => n + p.right, 0),
    confidence: answers > 0 ? sure / answers : 0,
  }
}

/** The tenths of all fields together. */
export function pooled(fields: FieldQuality[]): JudgedAnswers[] {
  return Array.from({ length: 10 }, (_, i) => total(fields.flatMap((f) => f.judged[i] ?? [])))
}

const size = 220
const pad = { left: 42, right: 10, top: 10, bottom: 38 }
const x = scale(0, 1, pad.left, size - pad.right)
const y = scale(0, 1, size - pad.bottom, pad.top)
const marks = [0, 0.5, 1]

/** Answers by how sure they were and how often they were right; on the diagonal the two agree. */
function Diagram({ tenths }: { tenths: JudgedAnswers[] }) {
  const id = useId()
  const dots = tenths.filter((t) => t.answers > 0)
  const most = Math.max(...dots.map((t) => t.answers))
  const told = dots.map(
    (t) =>
      `${plural(t.answers, 'answer')} at ${percent(t.confidence)} ${t.answers === 1 ? 'was' : 'were'} right ${percent(t.right / t.answers)} of the time`,
  )
  return (
    <figure className="chart reliability-diagram">
      <svg viewBox={`0 0 ${size} ${size}`} role="img" aria-labelledby={id}>
        <title id={id}>{`How sure, and how often right: ${told.join('; ')}.`}</title>
        {marks.map((m) => (
          <g key={m}>
            <line className="axis" x1={pad.left} x2={size - pad.right} y1={y(m)} y2={y(m)} />
            <text x={pad.left - 6} y={y(m) + 4} textAnchor="end">
              {percent(m)}
            </text>
            <text x={x(m)} y={size - pad.bottom + 16} textAnchor={m === 1 ? 'end' : 'middle'}>
              {percent(m)}
            </text>
          </g>
        ))}
        <text x={x(0.5)} y={size - 4} textAnchor="middle">
          how sure
        </text>
        <text x={pad.left + 4} y={pad.top + 14}>
          how often right
        </text>
        <line className="cursor" x1={x(0)} y1={y(0)} x2={x(1)} y2={y(1)} strokeDasharray="4 3" />
        {dots.map((t) => (
          <circle
            key={t.confidence}
            className="mark"
            cx={x(t.confidence)}
            cy={y(t.right / t.answers)}
            r={4 + 6 * Math.sqrt(t.answers / most)}
          />
        ))}
      </svg>
    </figure>
  )
}
