import { useQuery } from '@tanstack/react-query'
import { observationsQuery } from '../../api/devices.ts'
import type { Device, Evidence } from '../../api/types.ts'
import { supportOf } from '../../lib/device-words.ts'
import { count } from '../../lib/format.ts'
import { Card, Table } from '../../ui/layout.tsx'
import { Ago } from '../../ui/signs.tsx'
import { Await, Empty } from '../../ui/states.tsx'

export function EvidenceTab({ device }: { device: Device }) {
  const evidence = [...(device.evidence ?? [])].sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight))
  return (
    <>
      <Card title="What speaks for it, and how much">
        {evidence.length === 0 ? (
          <Empty title="No evidence" art={false}>
            What the device says of itself is weighed here: names it announces, banners, the way it asks for
            an address.
          </Empty>
        ) : (
          <Table label="Evidence" head={['Weight', 'Speaks for', 'Seen', 'Signature']}>
            {evidence.map((e, i) => (
              <Row key={i} evidence={e} most={Math.abs(evidence[0]?.weight ?? 1)} />
            ))}
          </Table>
        )}
      </Card>
      <Observations id={device.id} />
    </>
  )
}

function Row({ evidence: e, most }: { evidence: Evidence; most: number }) {
  const share = Math.max(4, (Math.abs(e.weight) / (most || 1)) * 100)
  return (
    <tr>
      <td>
        <span className="weight" data-against={e.weight < 0 || undefined}>
          <span aria-hidden="true">
            <i style={{ width: `${share}%` }} />
          </span>
          {e.weight > 0 ? '+' : ''}
          {e.weight.toFixed(1)}
        </span>
      </td>
      <td className="nowrap">{supportOf(e)}</td>
      <td>
        <code className="small">{e.key}</code> <span className="observed">{e.value}</span>
      </td>
      <td className="quiet">{e.signature ?? e.source}</td>
    </tr>
  )
}

function Observations({ id }: { id: string }) {
  const observations = useQuery(observationsQuery(id))
  return (
    <Card title="Everything that was observed">
      <Await query={observations} what="The observations">
        {({ items, total }) => (
          <>
            <Table
              label="Observations"
              head={['What', 'Value', 'Said by', 'First', 'Last', 'Times']}
              numeric={[5]}
            >
              {items.map((o, i) => (
                <tr key={i}>
                  <td>
                    <code className="small">{o.key}</code>
                  </td>
                  <td className="observed">{o.value}</td>
                  <td className="quiet">{o.source}</td>
                  <td>
                    <Ago time={o.first} />
                  </td>
                  <td>
                    <Ago time={o.last} />
                  </td>
                  <td className="num">{count(o.count)}</td>
                </tr>
              ))}
            </Table>
            {total > items.length && (
              <p className="small quiet">
                The first {count(items.length)} of {count(total)}; the API has them all.
              </p>
            )}
          </>
        )}
      </Await>
    </Card>
  )
}
