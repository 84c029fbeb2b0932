import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { deleteSensor } from '../../api/admin.ts'
import { sensorsQuery } from '../../api/overview.ts'
import { useMay } from '../../api/session.ts'
import type { Sensor } from '../../api/types.ts'
import { brief, words } from '../../lib/format.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { Card, Facts, Page } from '../../ui/layout.tsx'
import { Ago, Dot, Sign } from '../../ui/signs.tsx'
import { Await, Empty } from '../../ui/states.tsx'
import { useSay } from '../../ui/toast.tsx'
import { AddSensor } from './add-sensor.tsx'
import { counts, healthFacts, Shed, traffic } from './sensor-facts.tsx'
import './sensors.css'

export function SensorsPage() {
  const sensors = useQuery(sensorsQuery)
  const [adding, setAdding] = useState(false)
  const admin = useMay('admin')
  return (
    <Page
      title="Sensors"
      lead="Who watches, how well, and how old what they see is."
      actions={
        admin && (
          <Button look="primary" onClick={() => setAdding(true)}>
            <Plus size={16} aria-hidden="true" /> Add a sensor
          </Button>
        )
      }
    >
      <Await query={sensors} what="The sensors">
        {({ items }) =>
          items.length === 0 ? (
            <Card>
              <Empty title="Nobody watches yet">
                A sensor is a Heron near the traffic: at a mirror port, or on the gateway. Add one and start
                it with the token.
              </Empty>
            </Card>
          ) : (
            <div className="sensor-grid">
              {items.map((s) => (
                <SensorCard key={s.id} sensor={s} />
              ))}
            </div>
          )
        }
      </Await>
      {adding && <AddSensor close={() => setAdding(false)} />}
    </Page>
  )
}

const losses = [
  ['kernel_drops', 'frames the kernel had no room for'],
  ['stream_drops', 'TCP bytes dropped for want of memory'],
  ['stream_gaps', 'TCP bytes never seen'],
  ['table_evictions', 'flows ended for want of room'],
  ['unplaced_observations', 'observations that the inventory had no room for'],
  ['late', 'packets older than the reordering window'],
  ['malformed', 'malformed packets'],
] as const

function SensorCard({ sensor: s }: { sensor: Sensor }) {
  const lost = losses.filter(([name]) => (s.stats[name] ?? 0) > 0)
  return (
    <article className="card">
      <div className="card-body stack">
        <div className="row spread">
          <h2 className="row sensor-name">
            <Dot seen={s.state === 'online' ? s.last_seen : undefined} /> {s.name}
          </h2>
          <Remove sensor={s} />
        </div>
        <Facts
          of={[
            ['State', words(s.state === 'never' ? 'never heard of' : s.state)],
            ['Heard', <Ago key="l" time={s.last_seen} />],
            ['Newest packet', counts(s) && <Ago key="t" time={s.traffic_time} />],
            ['Watches', s.sources?.join(', ')],
            ['Traffic', traffic(s)],
            ['Version', s.version],
            ['Part of', s.of],
            ...healthFacts(s),
          ]}
        />
        <Shed sensor={s} />
        {s.stats.packets > 0 && lost.length === 0 && <Sign grade="good">Nothing lost</Sign>}
        {lost.length > 0 && (
          <div className="stack-s">
            <Sign grade="medium">Something was lost</Sign>
            <ul className="small">
              {lost.map(([name, what]) => (
                <li key={name}>
                  {brief(s.stats[name] ?? 0)} {what}
                </li>
              ))}
            </ul>
          </div>
        )}
      </div>
    </article>
  )
}

function Remove({ sensor }: { sensor: Sensor }) {
  const [sure, setSure] = useState(false)
  const client = useQueryClient()
  const say = useSay()
  const admin = useMay('admin')
  const removing = useMutation({
    mutationFn: () => deleteSensor(sensor.id),
    onSuccess: () => say(`${sensor.name} is forgotten; it is refused from now on.`),
    onSettled: () => client.invalidateQueries({ queryKey: ['sensors'] }),
    onError: say.wrong,
  })
  if (!admin) return null
  if (!sure) {
    return (
      <IconButton label={`Remove ${sensor.name}`} onClick={() => setSure(true)}>
        <Trash2 size={16} aria-hidden="true" />
      </IconButton>
    )
  }
  return (
    <span className="row">
      <Button look="danger" busy={removing.isPending} onClick={() => removing.mutate()}>
        Remove it
      </Button>
      <Button look="quiet" onClick={() => setSure(false)}>
        Keep
      </Button>
    </span>
  )
}
