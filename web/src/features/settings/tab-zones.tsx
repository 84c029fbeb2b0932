import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { deleteZone } from '../../api/admin.ts'
import { zonesQuery } from '../../api/overview.ts'
import type { Zone } from '../../api/types.ts'
import { words } from '../../lib/format.ts'
import { purdueTitle, zoneKindTitle } from '../../lib/standing-words.ts'
import { Button } from '../../ui/button.tsx'
import { Card, Table } from '../../ui/layout.tsx'
import { Await, Empty } from '../../ui/states.tsx'
import { useSay } from '../../ui/toast.tsx'
import { ZoneForm } from './zone-form.tsx'

/** Parts of the network whose devices need the same protection. */
export function ZonesTab() {
  const zones = useQuery(zonesQuery)
  const [changing, setChanging] = useState<Zone>()
  const refresh = useRefresh()
  const stop = (): void => setChanging(undefined)
  return (
    <>
      <Card title="Parts of the network">
        <Await query={zones} what="The zones">
          {({ items }) =>
            items.length === 0 ? (
              <Empty title="No zone yet" art={false}>
                A zone is a set of address ranges whose devices need the same protection, as IEC 62443 means
                it. What it says of level and criticality holds for all its devices, whatever their type.
              </Empty>
            ) : (
              <Table
                label="Zones"
                head={['Name', 'Kind', 'Purdue level', 'Criticality', 'Address ranges', '']}
              >
                {items.map((z) => (
                  <ZoneRow key={z.id} zone={z} change={() => setChanging(z)} />
                ))}
              </Table>
            )
          }
        </Await>
      </Card>
      {changing ? (
        <Card title={`Change the zone ${changing.name}`}>
          <ZoneForm key={changing.id} zone={changing} done={() => (stop(), refresh())} cancel={stop} />
        </Card>
      ) : (
        <Card title="Draw a zone">
          <ZoneForm done={refresh} />
        </Card>
      )}
    </>
  )
}

function useRefresh(): () => void {
  const client = useQueryClient()
  return () => {
    for (const key of ['zones', 'devices', 'device', 'facets', 'overview'])
      void client.invalidateQueries({ queryKey: [key] })
  }
}

const byType = <span className="quiet">by type</span>

function ZoneRow({ zone: z, change }: { zone: Zone; change: () => void }) {
  const say = useSay()
  const refresh = useRefresh()
  const removing = useMutation({ mutationFn: () => deleteZone(z.id), onSettled: refresh, onError: say.wrong })
  return (
    <tr>
      <td>
        <strong>{z.name}</strong>
      </td>
      <td>{zoneKindTitle(z.kind)}</td>
      <td>{z.purdue_level === undefined ? byType : purdueTitle(String(z.purdue_level))}</td>
      <td>{z.criticality ? words(z.criticality) : byType}</td>
      <td className="mono">{z.prefixes.join(', ')}</td>
      <td className="nowrap">
        <Button look="quiet" onClick={change}>
          Change…
        </Button>
        <Button look="quiet" busy={removing.isPending} onClick={() => removing.mutate()}>
          Remove
        </Button>
      </td>
    </tr>
  )
}
