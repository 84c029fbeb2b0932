import type { ScanPlan, ScanStep } from '../../api/types.ts'
import { count, plural } from '../../lib/format.ts'
import { Button } from '../../ui/button.tsx'
import { Table } from '../../ui/layout.tsx'

interface PlanShownProps {
  plan: ScanPlan
  busy: boolean
  error: Error | null
  back: () => void
  go: () => void
}

/** The plan, by what is sent; no packet has left yet. */
export function PlanShown({ plan, busy, error, back, go }: PlanShownProps) {
  const hosts = new Set(plan.steps.map((s) => s.host)).size
  return (
    <div className="stack">
      <p>
        At most <strong>{plural(plan.total, 'step')}</strong>
        {plan.total === plan.steps.length && <> to {plural(hosts, 'address', 'addresses')}</>}. Most of them
        fall away: nobody is asked who is not there, and nobody more who is known well enough.{' '}
        <strong>Nothing was sent yet.</strong>
      </p>
      {plan.total > plan.steps.length && (
        <p className="small quiet">The table counts the first {count(plan.steps.length)} of them.</p>
      )}
      <Table
        label="What would be sent, at most"
        head={['What', 'Port', 'Probe', 'Addresses', 'Times, at most', 'When']}
        numeric={[1, 3, 4]}
      >
        {kinds(plan.steps).map((k) => (
          <tr key={k.key}>
            <td>{k.step.send}</td>
            <td className="num">{k.step.port || ''}</td>
            <td>{k.step.probe}</td>
            <td className="num">{count(k.hosts.size)}</td>
            <td className="num">{count(k.times)}</td>
            <td className="small quiet">{k.step.if}</td>
          </tr>
        ))}
      </Table>
      {error && (
        <p className="note note-danger" role="alert">
          {error.message}
        </p>
      )}
      <div className="row">
        <Button onClick={back}>Back</Button>
        <Button look="primary" busy={busy} disabled={plan.total === 0} onClick={go}>
          Send it
        </Button>
      </div>
    </div>
  )
}

interface Kind {
  key: string
  step: ScanStep
  hosts: Set<string>
  times: number
}

/** Steps that differ in nothing but the host and what they carry, with to whom and how often at most. */
export function kinds(steps: ScanStep[]): Kind[] {
  const found = new Map<string, Kind>()
  for (const step of steps) {
    const key = [step.send, step.port ?? '', step.probe ?? '', step.if ?? ''].join('|')
    const one = found.get(key) ?? { key, step, hosts: new Set(), times: 0 }
    one.hosts.add(step.host)
    one.times += step.at_most
    found.set(key, one)
  }
  return [...found.values()]
}
