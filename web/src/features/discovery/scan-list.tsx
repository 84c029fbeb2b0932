import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { OctagonX } from 'lucide-react'
import { scansQuery, stopScan } from '../../api/scans.ts'
import { useMay } from '../../api/session.ts'
import type { Scan } from '../../api/types.ts'
import { useNow } from '../../lib/clock.ts'
import { count, plural } from '../../lib/format.ts'
import { millis, shortDuration } from '../../lib/time.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/layout.tsx'
import { Ago, Chip } from '../../ui/signs.tsx'
import { Await, Empty } from '../../ui/states.tsx'
import { useSay } from '../../ui/toast.tsx'

const reasons: Record<Scan['reason'], string> = {
  request: 'asked for',
  schedule: 'by schedule',
  new_device: 'new devices',
}

const tones: Partial<Record<Scan['state'], 'good' | 'high'>> = {
  done: 'good',
  failed: 'high',
  interrupted: 'high',
}

/** The latest scans, and how far they are. */
export function ScanList() {
  const scans = useQuery(scansQuery)
  return (
    <Card title="Scans">
      <Await query={scans} what="The list of scans">
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="No scan yet" art={false}>
              The latest scans are listed here; what each host was asked is in the audit log.
            </Empty>
          ) : (
            <ul className="scans">
              {items.map((s) => (
                <Row key={s.id} scan={s} />
              ))}
            </ul>
          )
        }
      </Await>
    </Card>
  )
}

/** How much of a scan is done: to find hosts is a fifth of it, to ask them the rest. */
export function share(s: Scan): number {
  if (s.state === 'done') return 1
  const found = s.hosts > 0 ? s.decided / s.hosts : 0
  const asked = s.found > 0 ? s.done / s.found : found
  return 0.2 * found + 0.8 * found * asked
}

/** Seconds that are left if the rest goes as fast as what is done; none while too little is. */
export function secondsLeft(s: Scan, now: number): number | undefined {
  const part = share(s)
  if (s.state !== 'running' || part < 0.05) return undefined
  return (Math.max(0, now - millis(s.started)) / 1000) * (1 / part - 1)
}

/** What was asked for besides the profile. */
function besides(s: Scan): string[] {
  return [
    s.sensor ? `from ${s.sensor}` : '',
    s.hosts_only ? 'hosts only' : '',
    s.rate ? `${count(s.rate)} packets a second` : '',
  ].filter(Boolean)
}

function Row({ scan: s }: { scan: Scan }) {
  const client = useQueryClient()
  const say = useSay()
  const allowed = useMay('operator')
  const stopping = useMutation({
    mutationFn: () => stopScan(s.id),
    onError: (e) => say.wrong(e),
    onSettled: () => void client.invalidateQueries({ queryKey: ['scans'] }),
  })
  const running = s.state === 'running'
  const left = secondsLeft(s, useNow())
  return (
    <li>
      <p className="row spread">
        <span className="row">
          <Chip tone={tones[s.state] ?? 'plain'}>{s.state}</Chip>
          <span className="mono clip">{s.targets.join(', ')}</span>
        </span>
        <span className="small quiet nowrap">
          {[s.profile ?? 'safe', ...besides(s), reasons[s.reason], s.by].join(' · ')} ·{' '}
          <Ago time={s.started} />
        </span>
      </p>
      {running && (
        <progress value={share(s)} aria-label={`Scan of ${s.targets.join(', ')}`}>
          {Math.round(100 * share(s))} %
        </progress>
      )}
      <p className="row spread small">
        <span>
          {plural(s.found, 'host')} of {plural(s.hosts, 'address', 'addresses')} ·{' '}
          {plural(s.questions, 'question')} · {count(s.packets)} packets
          {left !== undefined && <> · about {shortDuration(left)} left</>}
        </span>
        {running && allowed && (
          <Button look="danger" busy={stopping.isPending} onClick={() => stopping.mutate()}>
            <OctagonX size={15} aria-hidden="true" /> Stop at once
          </Button>
        )}
      </p>
      {s.error && <p className="small note note-danger">{s.error}</p>}
    </li>
  )
}
