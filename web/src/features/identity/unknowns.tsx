import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { unknownsQuery } from '../../api/identity.ts'
import { zonesQuery } from '../../api/overview.ts'
import type { Device } from '../../api/types.ts'
import { typeTitle } from '../../lib/device-types.ts'
import { deviceTitle } from '../../lib/device-words.ts'
import { confidence, count } from '../../lib/format.ts'
import { Card, Table } from '../../ui/layout.tsx'
import { Ago } from '../../ui/signs.tsx'
import { Await, Empty } from '../../ui/states.tsx'

/** The devices whose kind nobody knows: what there is to go by, and the way to say. */
export function Unknowns() {
  const unknowns = useQuery(unknownsQuery)
  const zones = useQuery(zonesQuery).data?.items ?? []
  const total = unknowns.data?.total ?? 0
  return (
    <Card
      title="Not recognised yet"
      aside={
        total > 0 && (
          <Link to="/devices" search={{ type: ['unknown'] }} className="small">
            All {count(total)}
          </Link>
        )
      }
    >
      <Await query={unknowns} what="The list of devices">
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="Every device is recognised">What appears and nobody knows is listed here.</Empty>
          ) : (
            <Table
              label="Devices that nobody recognised"
              head={['Device', 'Zone', 'Vendor', 'Perhaps', 'Answers on', 'Seen']}
            >
              {items.slice(0, 25).map((d) => (
                <Row key={d.id} device={d} zone={zones.find((z) => z.id === d.zone)?.name ?? ''} />
              ))}
            </Table>
          )
        }
      </Await>
    </Card>
  )
}

function Row({ device: d, zone }: { device: Device; zone: string }) {
  const perhaps = d.runner_up?.type
  const services = (d.services ?? []).slice(0, 4).map((s) => s.protocol || `${s.transport}/${s.port}`)
  return (
    <tr>
      <td>
        <Link to="/devices/$id" params={{ id: d.id }}>
          {deviceTitle(d)}
        </Link>
      </td>
      <td>{zone || <span className="quiet">none</span>}</td>
      <td>{d.identity.vendor?.value ?? <span className="quiet">not known</span>}</td>
      <td>
        {perhaps ? (
          <>
            {typeTitle(perhaps.value)} <span className="small quiet">{confidence(perhaps.confidence)}</span>
          </>
        ) : (
          <span className="quiet">no idea</span>
        )}
      </td>
      <td className="mono small">{services.join(', ')}</td>
      <td>
        <Ago time={d.last_seen} />
      </td>
    </tr>
  )
}
