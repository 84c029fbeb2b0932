import { Link } from '@tanstack/react-router'
import type { Sensor } from '../../api/types.ts'
import { brief, plural } from '../../lib/format.ts'
import { Ago, Dot, Sign } from '../../ui/signs.tsx'
import { Empty } from '../../ui/states.tsx'

export function SensorHealth({ sensors }: { sensors: Sensor[] }) {
  if (sensors.length === 0) {
    return (
      <Empty title="No sensor yet" art={false}>
        A sensor is a Heron that watches an interface. <Link to="/sensors">Add one</Link>
      </Empty>
    )
  }
  return (
    <ul className="sensor-strip">
      {sensors.map((s) => {
        const lost = (s.stats.kernel_drops ?? 0) + (s.stats.stream_drops ?? 0)
        return (
          <li key={s.id}>
            <Link to="/sensors" className="row">
              <Dot seen={s.state === 'online' ? s.last_seen : undefined} />
              <strong>{s.name}</strong>
            </Link>
            <span className="small quiet">
              {s.state} · {brief(s.stats.packets)} packets · last packet <Ago time={s.traffic_time} />
            </span>
            {lost > 0 ? (
              <Sign grade="medium">{plural(lost, 'drop')}</Sign>
            ) : (
              <Sign grade="good">nothing lost</Sign>
            )}
          </li>
        )
      })}
    </ul>
  )
}
