import { useQuery } from '@tanstack/react-query'
import { controlResultsQuery, controlsQuery } from '../../api/devices.ts'
import type { Control, ControlResult } from '../../api/types.ts'
import { Card } from '../../ui/layout.tsx'
import { Sign } from '../../ui/signs.tsx'
import { Await, Empty } from '../../ui/states.tsx'

const order = ['fail', 'unknown', 'pass', 'not_applicable']

const signs = {
  pass: <Sign grade="good">passes</Sign>,
  fail: <Sign grade="high">fails</Sign>,
  unknown: <Sign grade="unknown">not known</Sign>,
  not_applicable: <Sign grade="info">does not apply</Sign>,
}

export function ComplianceTab({ id }: { id: string }) {
  const results = useQuery(controlResultsQuery(id))
  const controls = useQuery(controlsQuery)
  return (
    <Card title="Does it keep the rules that the network alone can check?">
      <Await query={results} what="The checks">
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="Not checked yet">Checks run when a device is assessed.</Empty>
          ) : (
            <ul className="checks">
              {[...items]
                .sort((a, b) => order.indexOf(a.status) - order.indexOf(b.status))
                .map((r) => (
                  <Check
                    key={r.control_id}
                    result={r}
                    control={controls.data?.items.find((c) => c.id === r.control_id)}
                  />
                ))}
            </ul>
          )
        }
      </Await>
    </Card>
  )
}

function Check({ result: r, control }: { result: ControlResult; control: Control | undefined }) {
  return (
    <li className="check">
      {signs[r.status]}
      <div className="stack-s">
        <p>
          <strong>{control?.title ?? r.control_id}</strong>{' '}
          <span className="quiet small">{r.control_id}</span>
        </p>
        <p className="small">{r.reason}</p>
        {(r.evidence ?? []).length > 0 && (
          <p className="small mono quiet observed">{(r.evidence ?? []).slice(0, 3).join('  ')}</p>
        )}
        {control && (
          <details className="small">
            <summary className="quiet">Rule and standards</summary>
            <p>{control.rule}</p>
            {Object.entries(control.references ?? {}).map(([framework, ids]) => (
              <p key={framework} className="quiet">
                {framework}: {ids.join(', ')}
              </p>
            ))}
          </details>
        )}
      </div>
    </li>
  )
}
