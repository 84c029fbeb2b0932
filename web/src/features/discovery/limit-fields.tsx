import type { ScanRequest } from '../../api/types.ts'
import { Choice, Field } from '../../ui/field.tsx'

interface LimitFieldsProps {
  request: ScanRequest
  change: (r: ScanRequest) => void
}

/** The bounds of the configuration hold whatever is chosen here, so that most people need none of it. */
export function LimitFields({ request, change }: LimitFieldsProps) {
  return (
    <details className="limits">
      <summary>Limits</summary>
      <div className="stack">
        <label className="choice">
          <input
            type="checkbox"
            className="checkbox"
            checked={request.hosts_only ?? false}
            onChange={(e) => change({ ...request, hosts_only: e.target.checked || undefined })}
          />
          <span>
            <strong>Find hosts only</strong>
            <span className="small quiet">Who is there; nobody is asked anything.</span>
          </span>
        </label>
        <Field title="Packets a second, at most">
          <input
            className="input"
            type="number"
            min={1}
            step={1}
            value={request.rate ?? ''}
            placeholder="What the configuration or the profile says"
            onChange={(e) => change({ ...request, rate: e.target.valueAsNumber || undefined })}
          />
        </Field>
        <Choice
          title="Ask agents of SNMP with the community “public”"
          value={request.snmp_public ?? ''}
          choices={[
            ['', 'As configured'],
            ['auto', 'In profiles Standard and Deep'],
            ['never', 'Never'],
            ['always', 'Always'],
          ]}
          change={(v) => change({ ...request, snmp_public: (v || undefined) as ScanRequest['snmp_public'] })}
        />
      </div>
    </details>
  )
}
