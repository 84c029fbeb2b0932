import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { setVulnerabilityState, vulnerabilitiesQuery } from '../../api/devices.ts'
import { useMay } from '../../api/session.ts'
import type { Severity, Vulnerability } from '../../api/types.ts'
import { percent, words } from '../../lib/format.ts'
import { useNow } from '../../lib/clock.ts'
import { exact, until } from '../../lib/time.ts'
import { Card } from '../../ui/layout.tsx'
import { Chip, Sign } from '../../ui/signs.tsx'
import { Await, Empty } from '../../ui/states.tsx'
import { useSay } from '../../ui/toast.tsx'

const states: Vulnerability['state'][] = [
  'open',
  'mitigated',
  'accepted',
  'fixed',
  'not_affected',
  'false_positive',
]

export function VulnerabilitiesTab({ id }: { id: string }) {
  const vulnerabilities = useQuery(vulnerabilitiesQuery(id))
  return (
    <Card title="What is it weak to?">
      <Await query={vulnerabilities} what="The vulnerabilities">
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="No known weakness matches">
              That is no proof of health: a model or firmware that is not known cannot be matched.
            </Empty>
          ) : (
            <ul className="vulns">
              {[...items].sort(byUrgency).map((v) => (
                <VulnerabilityRow key={v.id} vulnerability={v} device={id} />
              ))}
            </ul>
          )
        }
      </Await>
    </Card>
  )
}

function byUrgency(a: Vulnerability, b: Vulnerability): number {
  return (
    Number(b.state === 'open') - Number(a.state === 'open') ||
    Number(b.kev) - Number(a.kev) ||
    (b.cvss ?? 0) - (a.cvss ?? 0)
  )
}

/** The word of CVSS for a base score (CVSS v3.1 §5). */
function severityOf(cvss: number | undefined): Severity {
  if (!cvss) return 'info'
  if (cvss >= 9) return 'critical'
  if (cvss >= 7) return 'high'
  return cvss >= 4 ? 'medium' : 'low'
}

function VulnerabilityRow({ vulnerability: v, device }: { vulnerability: Vulnerability; device: string }) {
  const now = useNow()
  return (
    <li className="vuln" data-done={v.state !== 'open' || undefined}>
      <Sign grade={severityOf(v.cvss)}>{v.cvss ? v.cvss.toFixed(1) : 'no score'}</Sign>
      <div className="stack-s">
        <p>
          <strong className="nowrap">{v.cve}</strong> {v.title}
        </p>
        <p className="small quiet">{v.reason}</p>
        <p className="row">
          <Chip title="How certain the match is">{v.grade}</Chip>
          {v.kev && <Chip tone="critical">exploited in the wild</Chip>}
          {v.public_exploit && <Chip tone="high">public exploit</Chip>}
          {!!v.epss && <Chip title="Chance of exploitation within 30 days">EPSS {percent(v.epss)}</Chip>}
          {v.fixed_in && <Chip tone="good">fixed in {v.fixed_in}</Chip>}
          {v.due && v.state === 'open' && (
            <span className="small" title={exact(v.due)}>
              due {until(v.due, now)}
            </span>
          )}
        </p>
      </div>
      <StateChoice vulnerability={v} device={device} />
    </li>
  )
}

function StateChoice({ vulnerability: v, device }: { vulnerability: Vulnerability; device: string }) {
  const client = useQueryClient()
  const say = useSay()
  const allowed = useMay('analyst')
  const setting = useMutation({
    mutationFn: (state: Vulnerability['state']) => setVulnerabilityState(v.id, state),
    onSettled: () => client.invalidateQueries({ queryKey: ['device-part', device] }),
    onError: say.wrong,
  })
  if (!allowed) return <span className="small">{words(v.state)}</span>
  return (
    <select
      className="select vuln-state"
      aria-label={`State of ${v.cve}`}
      value={setting.isPending ? setting.variables : v.state}
      onChange={(e) => setting.mutate(e.target.value as Vulnerability['state'])}
    >
      {states.map((s) => (
        <option key={s} value={s}>
          {words(s)}
        </option>
      ))}
    </select>
  )
}
