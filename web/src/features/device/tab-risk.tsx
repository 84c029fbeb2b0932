import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import { riskHistoryQuery, riskQuery } from '../../api/devices.ts'
import { Problem } from '../../api/client.ts'
import type { FactorScore, RiskScore } from '../../api/types.ts'
import { percent, words } from '../../lib/format.ts'
import { levelOf, rangeOf } from '../../lib/levels.ts'
import { millis } from '../../lib/time.ts'
import { Gauge } from '../../ui/gauge.tsx'
import { Card } from '../../ui/layout.tsx'
import { Ago, Sign } from '../../ui/signs.tsx'
import { Await, Empty, Skeleton } from '../../ui/states.tsx'

const LineChart = lazy(() => import('../../ui/line-chart.tsx').then((m) => ({ default: m.LineChart })))

const titles: Record<string, string> = { behavior: 'Behaviour' }

export function RiskTab({ id }: { id: string }) {
  const risk = useQuery(riskQuery(id))
  if (risk.error instanceof Problem && risk.error.status === 404) {
    return (
      <Card>
        <Empty title="Not assessed yet">A device is assessed within five minutes of being seen.</Empty>
      </Card>
    )
  }
  return (
    <Await query={risk} what="The risk">
      {(r) => (
        <>
          <Score risk={r} />
          <div className="grid grid-2">
            <Moves risk={r} />
            <History id={id} />
          </div>
          <Card title="Where does it come from?">
            <div className="factors">
              {(r.factors ?? []).map((f) => (
                <Factor key={f.factor} factor={f} />
              ))}
            </div>
          </Card>
        </>
      )}
    </Await>
  )
}

function Score({ risk: r }: { risk: RiskScore }) {
  const range = rangeOf(r)
  return (
    <section className="card" aria-label="Risk">
      <div className="card-body risk-top">
        <div>
          <div className={`risk-number c-${r.level}`}>{Math.round(r.score)}</div>
          <Sign grade={r.level}>{words(r.level)} risk</Sign>
        </div>
        <div className="stack-s">
          <Gauge {...r} label={`Risk ${Math.round(r.score)} of 100${range && `, ${range}`}`} />
          <p className="small quiet">
            {percent(r.coverage)} of what the score rests on is known{range && `, so it lies ${range}`}.
            Assessed <Ago time={r.time} />.
          </p>
          {(r.floors ?? []).map((f) => (
            <p key={f.code} className="small">
              <strong>Held up by</strong> {f.text}
            </p>
          ))}
        </div>
      </div>
    </section>
  )
}

function Moves({ risk: r }: { risk: RiskScore }) {
  const moves = r.moves ?? []
  return (
    <Card title="What would lower it most?">
      {moves.length === 0 ? (
        <p className="quiet">
          {r.floors?.length ? 'Settle what holds it up, above.' : 'Nothing that Heron knows of.'}
        </p>
      ) : (
        <ol className="moves">
          {moves.map((m) => (
            <li key={m.code + m.text}>
              <span>{m.text}</span>
              <strong className="nowrap c-good">
                −{m.points < 1 ? m.points.toFixed(1) : Math.round(m.points)}
              </strong>
            </li>
          ))}
        </ol>
      )}
    </Card>
  )
}

function History({ id }: { id: string }) {
  const history = useQuery(riskHistoryQuery(id))
  return (
    <Card title="How did it get here?">
      <Await query={history} what="The history" loading={<Skeleton lines={1} height={190} />}>
        {({ items }) =>
          items.length < 2 ? (
            <p className="quiet">
              A line needs two points; there {items.length === 1 ? 'is one' : 'are none'} so far.
            </p>
          ) : (
            <Suspense fallback={<Skeleton lines={1} height={190} />}>
              <LineChart
                label="Risk of this device over time"
                max={100}
                unit="risk"
                samples={items.map((p) => ({
                  time: millis(p.time),
                  value: p.score,
                  low: p.low,
                  high: p.high,
                  note: p.cause,
                }))}
              />
            </Suspense>
          )
        }
      </Await>
    </Card>
  )
}

function Factor({ factor: f }: { factor: FactorScore }) {
  const known = f.known > 0
  const level = known ? levelOf(f.score) : 'unknown'
  return (
    <section className="factor" aria-label={titles[f.factor] ?? words(f.factor)}>
      <div className="row spread">
        <h3>{titles[f.factor] ?? words(f.factor)}</h3>
        <span className="small quiet">counts {percent(f.weight)}</span>
      </div>
      <div className="factor-bar" aria-hidden="true">
        <i className={`c-${level}`} style={{ width: `${known ? Math.max(1, f.score) : 0}%` }} />
      </div>
      <div className="row spread small">
        {known ? (
          <Sign grade={level}>{Math.round(f.score)} of 100</Sign>
        ) : (
          <Sign grade="unknown">not known</Sign>
        )}
        <span className="quiet">{percent(f.known)} known</span>
      </div>
      <ul className="factor-reasons small">
        {(f.reasons ?? []).map((r) => (
          <li key={r.code + r.text}>
            <span>{r.text}</span>
            {r.points > 0 && <span className="quiet nowrap">+{r.points.toFixed(1)}</span>}
          </li>
        ))}
      </ul>
    </section>
  )
}
