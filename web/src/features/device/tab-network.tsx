import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { peersQuery } from '../../api/devices.ts'
import { zonesQuery } from '../../api/overview.ts'
import type { Device, Peer } from '../../api/types.ts'
import { attachedWords } from '../../lib/device-words.ts'
import { bytes, count } from '../../lib/format.ts'
import { purdueTitle } from '../../lib/standing-words.ts'
import { Card, Facts, Table } from '../../ui/layout.tsx'
import { PresenceSign, silenceWords } from '../../ui/presence.tsx'
import { Ago, Chip } from '../../ui/signs.tsx'
import { Await, Empty } from '../../ui/states.tsx'
import { SwitchPorts } from './switch-ports.tsx'

export function NetworkTab({ device }: { device: Device }) {
  const peers = useQuery(peersQuery(device.id))
  return (
    <>
      <Card title="Who does it talk to?">
        <Await query={peers} what="The peers">
          {({ items }) =>
            items.length === 0 ? (
              <Empty title="Nobody yet">Peers appear with the first flow that Heron sees.</Empty>
            ) : (
              <PeerTable peers={items} />
            )
          }
        </Await>
      </Card>
      <Card title="How is it connected?">
        <Interfaces device={device} />
      </Card>
      <SwitchPorts id={device.id} />
    </>
  )
}

function PeerTable({ peers }: { peers: Peer[] }) {
  const zones = useQuery(zonesQuery).data?.items ?? []
  const most = Math.max(1, ...peers.map((p) => p.bytes_in + p.bytes_out))
  return (
    <Table
      label="Peers"
      head={['Peer', 'Zone', 'Level', 'Protocol', 'Traffic', 'Sent', 'Received', 'Flows', 'Last']}
      numeric={[5, 6, 7]}
    >
      {peers.map((p) => (
        <tr key={p.address + p.port + p.protocol}>
          <td>
            {p.device_id ? (
              <Link to="/devices/$id" params={{ id: p.device_id }}>
                {p.title || p.name || p.address}
              </Link>
            ) : (
              p.name || p.address
            )}
            {(p.title || p.name) && <span className="quiet mono small"> {p.address}</span>}
          </td>
          <td>{zones.find((z) => z.id === p.zone)?.name ?? p.zone}</td>
          <td title={p.purdue_level && `Purdue level ${purdueTitle(p.purdue_level)}`}>{p.purdue_level}</td>
          <td className="nowrap">
            {p.protocol || 'not known'}
            {!!p.port && <span className="quiet mono small"> {p.port}</span>}
          </td>
          <td className="peer-bar" aria-hidden="true">
            <i className="out" style={{ width: `${(p.bytes_out / most) * 100}%` }} />
            <i className="in" style={{ width: `${(p.bytes_in / most) * 100}%` }} />
          </td>
          <td className="num nowrap">{bytes(p.bytes_out)}</td>
          <td className="num nowrap">{bytes(p.bytes_in)}</td>
          <td className="num">{count(p.flows)}</td>
          <td>
            <Ago time={p.last_seen} />
          </td>
        </tr>
      ))}
    </Table>
  )
}

function Interfaces({ device }: { device: Device }) {
  return (
    <div className="stack">
      <Facts
        of={[
          ['Roles', device.roles?.length ? device.roles.join(', ') : undefined],
          ['Seen by', device.sensors?.join(', ')],
          ['Attached to', device.attached?.length ? <Attached key="a" device={device} /> : undefined],
          ['Presence', device.presence && <Presence key="p" device={device} />],
          ['First seen', <Ago key="f" time={device.first_seen} />],
          ['Last seen', <Ago key="l" time={device.last_seen} />],
        ]}
      />
      <Table label="Interfaces" head={['Hardware address', 'Addresses', 'VLAN', 'First', 'Last']}>
        {(device.interfaces ?? []).map((n, i) => (
          <tr key={n.mac ?? i}>
            <td className="mono nowrap">
              {n.mac || 'behind a router'} {n.random && <Chip>made up by the device</Chip>}
            </td>
            <td className="mono">{(n.ips ?? []).join(', ')}</td>
            <td>{n.vlan || ''}</td>
            <td>
              <Ago time={n.first_seen} />
            </td>
            <td>
              <Ago time={n.last_seen} />
            </td>
          </tr>
        ))}
      </Table>
    </div>
  )
}

/** The ports of switches that its interfaces are at. */
function Attached({ device }: { device: Device }) {
  return (
    <>
      {device.attached?.map((a) => (
        <div key={a.mac}>
          {attachedWords(a)}, since <Ago time={a.since} />
          {(device.attached?.length ?? 0) > 1 && <span className="quiet mono small"> {a.mac}</span>}
        </div>
      ))}
    </>
  )
}

function Presence({ device: { presence: p } }: { device: Device }) {
  if (!p) return null
  return (
    <>
      <PresenceSign of={p} /> since <Ago time={p.since} />
      <span className="quiet small"> (missed after a silence of {silenceWords(p)})</span>
    </>
  )
}
