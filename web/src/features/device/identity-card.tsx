import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Device } from '../../api/types.ts'
import { typeTitle } from '../../lib/device-types.ts'
import { heaviest, runnerUp, supportOf, verdict } from '../../lib/device-words.ts'
import { reasonOf } from '../../lib/reason-words.ts'
import { words } from '../../lib/format.ts'
import { rangeOf } from '../../lib/levels.ts'
import { Gauge } from '../../ui/gauge.tsx'
import { Sign, Sureness } from '../../ui/signs.tsx'
import { IdentityClaims } from './identity-claims.tsx'
import { Standing } from './standing.tsx'
import { Settles } from './settles.tsx'

/** What it is, how sure that is, why, and what else it might be. */
export function IdentityCard({ device: d }: { device: Device }) {
  return (
    <div className="identity">
      <section className="card identity-what" aria-label="What it is">
        <div className="card-body stack">
          <p className="identity-verdict">{verdict(d)}</p>
          <IdentityClaims device={d} />
        </div>
      </section>
      <section className="card" aria-label="Why">
        <div className="card-body stack-s">
          <h2>Why we think so</h2>
          <Reasons device={d} />
          <RunnerUp device={d} />
          <Settles id={d.id} />
        </div>
      </section>
      <section className="card" aria-label="Risk, criticality and address">
        <div className="card-body stack">
          <RiskLine device={d} />
          <Standing device={d} />
          <Where device={d} />
        </div>
      </section>
    </div>
  )
}

function Reasons({ device: d }: { device: Device }) {
  const reasons = heaviest(d.evidence, 3)
  if (reasons.length === 0) {
    return (
      <p className="quiet">
        Nothing it said or did speaks for anything in particular. Active discovery may help.
      </p>
    )
  }
  return (
    <ol className="reasons">
      {reasons.map((e) => (
        <li key={e.key + e.value}>
          <span>{reasonOf(e)}</span>
          <span className="small quiet">speaks for {supportOf(e)}</span>
        </li>
      ))}
    </ol>
  )
}

function RunnerUp({ device: d }: { device: Device }) {
  const second = runnerUp(d)
  let text: ReactNode = 'Nothing else comes near.'
  if (second) {
    const value = second.what === 'type' ? typeTitle(second.claim.value) : second.claim.value
    text = (
      <>
        Otherwise {second.what} <strong>{value}</strong> <Sureness value={second.claim.confidence} />
      </>
    )
  }
  return (
    <p className="small runner-up">
      {text}{' '}
      <Link to="/devices/$id" params={{ id: d.id }} search={{ tab: 'evidence' }}>
        All evidence
      </Link>
    </p>
  )
}

function RiskLine({ device: d }: { device: Device }) {
  const r = d.risk
  if (!r || r.level === 'unknown') return <Sign grade="unknown">Risk not assessed yet</Sign>
  const score = Math.round(r.score)
  const range = rangeOf(r)
  return (
    <Link to="/devices/$id" params={{ id: d.id }} search={{ tab: 'risk' }} className="risk-line">
      <span className="row spread">
        <span className="risk-score">{score}</span>
        <Sign grade={r.level}>{words(r.level)} risk</Sign>
      </span>
      <Gauge
        {...r}
        label={`Risk ${score} of 100, ${r.level}${range && `; ${range}, for what is not known`}`}
      />
      <span className="small quiet">
        {range ? `${range}, for what is not known` : 'nothing unknown could move it'}
        {Math.abs(r.trend) >= 1 &&
          ` · ${r.trend > 0 ? 'up' : 'down'} ${Math.abs(Math.round(r.trend))} since yesterday`}
      </span>
    </Link>
  )
}

function Where({ device: d }: { device: Device }) {
  const lines: [string, string[]][] = [
    ['Address', d.ips ?? []],
    ['Hardware', d.macs ?? []],
    ['Name', d.hostnames ?? []],
  ]
  return (
    <dl className="facts">
      {lines.map(
        ([name, values]) =>
          values.length > 0 && (
            <div key={name} style={{ display: 'contents' }}>
              <dt>{name}</dt>
              <dd className="mono">
                {values.slice(0, 3).join(', ')}
                {values.length > 3 && <span className="quiet"> and {values.length - 3} more</span>}
              </dd>
            </div>
          ),
      )}
    </dl>
  )
}
