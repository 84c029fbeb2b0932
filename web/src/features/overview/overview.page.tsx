import { useQuery } from '@tanstack/react-query'
import { overviewQuery, zonesQuery } from '../../api/overview.ts'
import type { Overview } from '../../api/types.ts'
import { categoryTitle } from '../../lib/device-types.ts'
import { count, plural } from '../../lib/format.ts'
import { Card } from '../../ui/layout.tsx'
import { Ago } from '../../ui/signs.tsx'
import { Await, Empty, Skeleton } from '../../ui/states.tsx'
import { FacetBars } from './facet-bars.tsx'
import { Needs, sentence } from './needs.tsx'
import { RiskOverTime } from './risk-over-time.tsx'
import { SensorHealth } from './sensor-health.tsx'
import './overview.css'

/** Am I all right? */
export function OverviewPage() {
  const overview = useQuery(overviewQuery)
  return (
    <div className="page overview">
      <Await query={overview} what="The overview" loading={<Skeleton lines={9} height={28} />}>
        {(o) => <Body overview={o} />}
      </Await>
    </div>
  )
}

function Body({ overview: o }: { overview: Overview }) {
  const zones = useQuery(zonesQuery)
  const zoneName = (id: string): string =>
    zones.data?.items.find((z) => z.id === id)?.name ?? (id || 'No zone')
  return (
    <>
      <header className="overview-head">
        <h1>{sentence(o)}</h1>
        <p className="page-lead">
          {plural(o.devices, 'device')}
          {o.devices_new > 0 && <> · {count(o.devices_new)} new since yesterday</>}
          {o.devices_unknown > 0 && <> · {count(o.devices_unknown)} not recognised yet</>} · counted{' '}
          <Ago time={o.time} />
        </p>
      </header>
      <div className="overview-top">
        <Needs needs={o.needs} alerts={o.alerts} />
        <div className="stack">
          <Card title="Is risk rising, and why?">
            <RiskOverTime points={o.risk_history} />
          </Card>
          <Card title="Are the sensors well?">
            <SensorHealth sensors={o.sensors} />
          </Card>
        </div>
      </div>
      <div className="grid grid-3">
        <Card title="What is here?">
          {o.devices === 0 ? (
            <Empty title="Nothing seen yet" art={false}>
              Start capturing with heron serve --interface, or drop a capture file on this page.
            </Empty>
          ) : (
            <FacetBars
              facets={o.by_category}
              title={categoryTitle}
              link={(v) => ({ q: `category:${v}` })}
              icons
            />
          )}
        </Card>
        <Card title="Where is it?">
          <FacetBars
            facets={o.by_zone.filter((z) => z.value)}
            title={zoneName}
            link={(v) => ({ zone: [v] })}
            none="No zones yet. Draw them under settings, and devices are told apart by where they stand."
          />
        </Card>
        <Card title="Who made it?">
          <FacetBars facets={o.by_vendor} title={(v) => v || 'Not known'} link={(v) => ({ vendor: [v] })} />
        </Card>
      </div>
    </>
  )
}
