import { useQuery } from '@tanstack/react-query'
import { baselineQuery } from '../../api/devices.ts'
import { Problem } from '../../api/client.ts'
import type { Baseline } from '../../api/types.ts'
import { percent, plural, words } from '../../lib/format.ts'
import { Bars } from '../../ui/bars.tsx'
import { Bullet } from '../../ui/bullet.tsx'
import { Card } from '../../ui/layout.tsx'
import { Ago } from '../../ui/signs.tsx'
import { Await, Empty } from '../../ui/states.tsx'
import { TrafficCard } from './traffic-card.tsx'

const units: Record<string, string> = {
  bytes_out: 'bytes sent',
  bytes_in: 'bytes received',
  packets_out: 'packets sent',
  packets_in: 'packets received',
  peers: 'peers',
}

/** What is normal for it, and what it does now. */
export function BehaviorTab({ id }: { id: string }) {
  const baseline = useQuery(baselineQuery(id))
  if (baseline.error instanceof Problem && baseline.error.status === 404) return <Nothing />
  return (
    <Await query={baseline} what="The baseline">
      {(b) => (Object.keys(b.features ?? {}).length === 0 ? <Nothing /> : <Known baseline={b} />)}
    </Await>
  )
}

function Nothing() {
  return (
    <Card>
      <Empty title="Nothing learned yet">
        Heron learns what is normal from traffic: a first picture takes an hour, a sure one a week.
      </Empty>
    </Card>
  )
}

function Known({ baseline: b }: { baseline: Baseline }) {
  const features = Object.entries(b.features ?? {})
  return (
    <>
      <div className="note">
        <span>
          Learning began <Ago time={b.since} />, {percent(b.maturity)} of the way to a sure picture.
          {b.maturity < 1 && ' Until then limits are cautious.'}
        </span>
      </div>
      <div className="grid grid-2">
        <Card title="Is it doing what it normally does?">
          <div className="stack">
            {features.map(([name, f]) => (
              <div key={name} className="stack-s">
                <h3>
                  {words(name)} <span className="quiet">a minute</span>
                </h3>
                <Bullet
                  label={words(name)}
                  observed={f.last}
                  normal={f.mean}
                  spread={f.deviation}
                  threshold={f.threshold}
                  unit={units[name] ?? ''}
                />
              </div>
            ))}
          </div>
        </Card>
        <div className="stack">
          <Card title="When is it busy?">
            <Hours hours={b.hours ?? []} />
          </Card>
          {b.traffic.packets_out + b.traffic.packets_in > 0 && <TrafficCard traffic={b.traffic} />}
        </div>
      </div>
    </>
  )
}

/** The share of traffic by hour, turned into the reader's zone. */
function Hours({ hours }: { hours: number[] }) {
  const shift = -Math.round(new Date().getTimezoneOffset() / 60)
  const local = Array.from({ length: 24 }, (_, h) => hours[(h - shift + 48) % 24] ?? 0)
  const most = Math.max(...local)
  const busiest = local.indexOf(most)
  return (
    <Bars
      label={`Traffic by hour of the day; busiest at ${busiest}:00 with ${percent(most)}`}
      values={local}
      title={(v, h) => `${h}:00: ${percent(v)}`}
      axis={['0:00', '6:00', '12:00', '18:00', '24:00']}
      caption={`Busiest at ${busiest}:00 your time, ${percent(most)} of all traffic; active in ${plural(local.filter((v) => v > 0).length, 'hour')} of the day.`}
    />
  )
}
