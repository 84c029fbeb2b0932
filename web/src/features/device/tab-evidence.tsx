import { useQuery } from '@tanstack/react-query'
import { observationsQuery } from '../../api/devices.ts'
import type { Device } from '../../api/types.ts'
import { typeTitle } from '../../lib/device-types.ts'
import { supportOf } from '../../lib/device-words.ts'
import { evidenceRows, type EvidenceRow } from '../../lib/evidence-rows.ts'
import { count } from '../../lib/format.ts'
import { Card, Table } from '../../ui/layout.tsx'
import { Ago } from '../../ui/signs.tsx'
import { Await, Empty } from '../../ui/states.tsx'

export function EvidenceTab({ device }: { device: Device }) {
  const rows = evidenceRows(device.evidence ?? [])
  return (
    <>
      <Card title="What speaks for it, and how much">
        {rows.length === 0 ? (
          <Empty title="No evidence" art={false}>
            What the device says of itself is weighed here: names it announces, banners, the way it asks for
            an address.
          </Empty>
        ) : (
          <Table label="Evidence" head={['Weight', 'Speaks for', 'Seen', 'Signature']}>
            {rows.map((r, i) => (
              <Row key={i} row={r} most={Math.abs(rows[0]?.evidence.weight ?? 1)} />
            ))}
          </Table>
        )}
      </Card>
      <Observations id={device.id} />
    </>
  )
}

function Row({ row: { evidence: e, against }, most }: { row: EvidenceRow; most: number }) {
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
      <td>
        {against.length > 1 ? (
          <details className="against">
            <summary>
              against {count(against.length)} {e.supports === 'type' ? 'types' : `${e.supports} names`}
            </summary>
            {against.map((a) => (e.supports === 'type' ? typeTitle(a) : a)).join(', ')}
          </details>
        ) : (
          <span className="nowrap">{supportOf(e)}</span>
        )}
      </td>
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
