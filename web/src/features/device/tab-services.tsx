import type { Device } from '../../api/types.ts'
import { Card, Table } from '../../ui/layout.tsx'
import { Ago } from '../../ui/signs.tsx'
import { Empty } from '../../ui/states.tsx'

export function ServicesTab({ device }: { device: Device }) {
  const services = device.services ?? []
  return (
    <Card title="What does it answer on?">
      {services.length === 0 ? (
        <Empty title="No service seen">
          A service appears when somebody talks to it, or when a scan asks.
        </Empty>
      ) : (
        <Table label="Services" head={['Port', 'Protocol', 'Product', 'First seen', 'Last seen']}>
          {services.map((s) => (
            <tr key={`${s.transport}/${s.port}`}>
              <td className="mono">
                {s.transport}/{s.port}
              </td>
              <td>{s.protocol || <span className="quiet">not known</span>}</td>
              <td>{[s.product, s.version].filter(Boolean).join(' ')}</td>
              <td>
                <Ago time={s.first_seen} />
              </td>
              <td>
                <Ago time={s.last_seen} />
              </td>
            </tr>
          ))}
        </Table>
      )}
    </Card>
  )
}
