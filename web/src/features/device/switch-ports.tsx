import { useQuery } from '@tanstack/react-query'
import { portsQuery } from '../../api/devices.ts'
import type { PortStay } from '../../api/types.ts'
import { Card, Table } from '../../ui/layout.tsx'
import { Ago } from '../../ui/signs.tsx'
import { Await } from '../../ui/states.tsx'

/** Where it was before, as far as switches were asked. */
export function SwitchPorts({ id }: { id: string }) {
  const ports = useQuery(portsQuery(id))
  return (
    <Card title="Which switch ports was it at?">
      <Await query={ports} what="The ports">
        {({ items }) =>
          items.length === 0 ? (
            <p className="quiet">
              No switch named a port of it. Switches are asked by SNMP when the configuration names them.
            </p>
          ) : (
            <PortTable ports={items} />
          )
        }
      </Await>
    </Card>
  )
}

function PortTable({ ports }: { ports: PortStay[] }) {
  return (
    <Table label="Switch ports" head={['Switch', 'Port', 'VLAN', 'Interface', 'First', 'Last']}>
      {ports.map((p) => (
        <tr key={p.mac + p.switch + p.port}>
          <td>
            {p.switch_name || p.switch}
            {p.switch_name && <span className="quiet mono small"> {p.switch}</span>}
          </td>
          <td className="nowrap">
            {p.port}
            {p.alias && <span className="quiet"> {p.alias}</span>}
          </td>
          <td>{p.vlan || ''}</td>
          <td className="mono nowrap">{p.mac}</td>
          <td>
            <Ago time={p.since} />
          </td>
          <td>
            <Ago time={p.last_seen} />
          </td>
        </tr>
      ))}
    </Table>
  )
}
