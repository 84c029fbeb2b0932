import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { createZone, deleteZone } from '../../api/admin.ts'
import { zonesQuery } from '../../api/overview.ts'
import type { Zone } from '../../api/types.ts'
import { Button } from '../../ui/button.tsx'
import { Card, Table } from '../../ui/layout.tsx'
import { Await, Empty } from '../../ui/states.tsx'
import { useSay } from '../../ui/toast.tsx'

const kinds = ['ot', 'iot', 'it', 'guest', 'medical', 'pos', 'dmz'] as const
type Kind = (typeof kinds)[number]

/** Parts of the network whose devices need the same protection. */
export function ZonesTab() {
  const zones = useQuery(zonesQuery)
  return (
    <>
      <Card title="Parts of the network">
        <Await query={zones} what="The zones">
          {({ items }) =>
            items.length === 0 ? (
              <Empty title="No zone yet" art={false}>
                A zone is a set of address ranges whose devices need the same protection, as IEC 62443 means
                it.
              </Empty>
            ) : (
              <Table label="Zones" head={['Name', 'Kind', 'Address ranges', '']}>
                {items.map((z) => (
                  <ZoneRow key={z.id} zone={z} />
                ))}
              </Table>
            )
          }
        </Await>
      </Card>
      <AddZone />
    </>
  )
}

function useRefresh(): () => void {
  const client = useQueryClient()
  return () => {
    for (const key of ['zones', 'devices', 'facets', 'overview'])
      void client.invalidateQueries({ queryKey: [key] })
  }
}

function ZoneRow({ zone: z }: { zone: Zone }) {
  const say = useSay()
  const refresh = useRefresh()
  const removing = useMutation({ mutationFn: () => deleteZone(z.id), onSettled: refresh, onError: say.wrong })
  return (
    <tr>
      <td>
        <strong>{z.name}</strong>
      </td>
      <td>{z.kind}</td>
      <td className="mono">{z.prefixes.join(', ')}</td>
      <td>
        <Button look="quiet" busy={removing.isPending} onClick={() => removing.mutate()}>
          Remove
        </Button>
      </td>
    </tr>
  )
}

function AddZone() {
  const [name, setName] = useState('')
  const [kind, setKind] = useState<Kind>('iot')
  const [ranges, setRanges] = useState('')
  const refresh = useRefresh()
  const adding = useMutation({
    mutationFn: () =>
      createZone({ name: name.trim(), kind, prefixes: ranges.split(/[\s,]+/).filter(Boolean) }),
    onSuccess: () => {
      setName('')
      setRanges('')
      refresh()
    },
  })
  const submit = (e: FormEvent): void => {
    e.preventDefault()
    adding.mutate()
  }
  return (
    <Card title="Draw a zone">
      <form className="settings-form" onSubmit={submit}>
        <label className="field">
          <span>Name</span>
          <input
            className="input"
            value={name}
            maxLength={64}
            required
            onChange={(e) => setName(e.target.value)}
          />
        </label>
        <label className="field">
          <span>Kind</span>
          <select className="select" value={kind} onChange={(e) => setKind(e.target.value as Kind)}>
            {kinds.map((k) => (
              <option key={k}>{k}</option>
            ))}
          </select>
        </label>
        <label className="field">
          <span>Address ranges</span>
          <input
            className="input"
            value={ranges}
            required
            placeholder="10.0.20.0/24, 10.0.21.0/24"
            onChange={(e) => setRanges(e.target.value)}
          />
        </label>
        <Button look="primary" type="submit" busy={adding.isPending}>
          Draw
        </Button>
        {adding.isError && (
          <p className="note note-danger wide" role="alert">
            {adding.error.message}
          </p>
        )}
      </form>
    </Card>
  )
}
