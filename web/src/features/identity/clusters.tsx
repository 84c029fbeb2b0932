import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Pencil } from 'lucide-react'
import { useState } from 'react'
import { clusterQuery, clustersQuery, correctCluster } from '../../api/identity.ts'
import { useMay } from '../../api/session.ts'
import type { Cluster, Example } from '../../api/types.ts'
import { typeTitle } from '../../lib/device-types.ts'
import { identityFields } from '../../lib/device-words.ts'
import { count, percent, plural } from '../../lib/format.ts'
import { reasonOf } from '../../lib/reason-words.ts'
import { Button } from '../../ui/button.tsx'
import { IdentityDialog } from '../../ui/identity-dialog.tsx'
import { Card, Table } from '../../ui/layout.tsx'
import { Await, Empty } from '../../ui/states.tsx'
import { useSay } from '../../ui/toast.tsx'

/** How many groups are shown until one asks for more. */
const few = 5

/** Groups of devices that nobody knows and that are alike: name one, name all. */
export function Clusters() {
  const clusters = useQuery(clustersQuery)
  const [all, setAll] = useState(false)
  return (
    <Card
      title="Not recognised, and alike"
      aside={
        clusters.data &&
        clusters.data.unknown > 0 && (
          <span className="small quiet">
            {count(clusters.data.alone)} {clusters.data.alone === 1 ? 'is' : 'are'} like no other
          </span>
        )
      }
    >
      <Await query={clusters} what="The list of groups">
        {({ items, total }) =>
          items.length === 0 ? (
            <Empty title="No two unknown devices are alike" art={false}>
              When several devices that nobody knows behave alike, you can say here what they all are.
            </Empty>
          ) : (
            <>
              <ul className="clusters">
                {items.slice(0, all ? items.length : few).map((c) => (
                  <Group key={c.id} cluster={c} />
                ))}
              </ul>
              {items.length > few && !all && (
                <Button look="quiet" onClick={() => setAll(true)}>
                  {plural(items.length - few, 'more group')}
                </Button>
              )}
              {total > items.length && all && (
                <p className="small quiet">
                  and {count(total - items.length)} groups more, none of them larger
                </p>
              )}
            </>
          )
        }
      </Await>
    </Card>
  )
}

function Group({ cluster: c }: { cluster: Cluster }) {
  const [naming, setNaming] = useState(false)
  const [open, setOpen] = useState(false)
  const allowed = useMay('analyst')
  const first = c.members[0]?.title ?? ''
  const title = c.size === 1 ? first : `${count(c.size)} devices such as ${first}`
  return (
    <li aria-label={title}>
      <div className="row spread">
        <h3>{title}</h3>
        {allowed && (
          <Button look="quiet" onClick={() => setNaming(true)}>
            <Pencil size={14} aria-hidden="true" /> I know what they are…
          </Button>
        )}
      </div>
      <ul className="traits small">
        {c.common.slice(0, 3).map((t) => (
          <li key={t.key + t.value}>
            {reasonOf(t)} <span className="quiet">{shared(t.share, t.elsewhere)}</span>
          </li>
        ))}
      </ul>
      {c.like && <Like cluster={c} like={c.like} allowed={allowed} />}
      <details className="small" onToggle={(e) => setOpen(e.currentTarget.open)}>
        <summary>All that they have in common, and which they are</summary>
        {open && <Inside cluster={c} />}
      </details>
      {naming && (
        <IdentityDialog
          title={c.size === 1 ? 'What is it?' : `What are these ${count(c.size)}?`}
          now={{}}
          save={(field, value, reason) => correctCluster(c.id, field, { value, reason })}
          close={() => setNaming(false)}
        />
      )}
    </li>
  )
}

/** What people said of a device that these are like, and the way to say it of these. */
function Like({ cluster: c, like, allowed }: { cluster: Cluster; like: Example; allowed: boolean }) {
  const client = useQueryClient()
  const say = useSay()
  const saying = useMutation({
    mutationFn: async () => {
      for (const field of identityFields) {
        const value = like.said[field]
        if (value) await correctCluster(c.id, field, { value, reason: `like ${like.title}` })
      }
    },
    onSettled: () => void client.invalidateQueries(),
    onSuccess: () => say('Noted, and it stays so until someone takes it back.'),
    onError: (e) => say.wrong(e),
  })
  return (
    <p className="note row">
      <span>
        {percent(like.likeness)} alike to{' '}
        <Link to="/devices/$id" params={{ id: like.device_id }}>
          {like.title}
        </Link>
        , of which a person said: <strong>{saidOf(like)}</strong>
      </span>
      {allowed && (
        <Button busy={saying.isPending} onClick={() => saying.mutate()}>
          {c.size === 1 ? 'So is this' : 'So are these'}
        </Button>
      )}
    </p>
  )
}

/** What people said of a device, in words. */
export function saidOf({ said }: Pick<Example, 'said'>): string {
  return [said.vendor, said.model, said.type && typeTitle(said.type)].filter(Boolean).join(' ')
}

/** How many of a group have something, and how many beside them. */
export function shared(share: number, elsewhere: number): string {
  const of = share >= 1 ? 'all of them' : `${percent(share)} of them`
  return elsewhere === 0 ? `${of}, and nobody else` : `${of}, and ${plural(elsewhere, 'other')}`
}

function Inside({ cluster: c }: { cluster: Cluster }) {
  const group = useQuery(clusterQuery(c.id))
  return (
    <>
      <Table label="In common" head={['What', 'Value', 'Of them', 'Others']} numeric={[2, 3]}>
        {c.common.map((t) => (
          <tr key={t.key + t.value}>
            <td className="mono">{t.key}</td>
            <td className="mono break">{t.value}</td>
            <td className="num">{percent(t.share)}</td>
            <td className="num">{count(t.elsewhere)}</td>
          </tr>
        ))}
      </Table>
      <Await query={group} what="The list of its devices">
        {({ members }) => <Members all={members} />}
      </Await>
    </>
  )
}

const shownMembers = 50

function Members({ all }: { all: Cluster['members'] }) {
  return (
    <ul className="members">
      {all.slice(0, shownMembers).map((m) => (
        <li key={m.device_id}>
          <Link to="/devices/$id" params={{ id: m.device_id }}>
            {m.title}
          </Link>{' '}
          <span className="quiet">{percent(m.likeness)} alike</span>
        </li>
      ))}
      {all.length > shownMembers && <li className="quiet">and {count(all.length - shownMembers)} more</li>}
    </ul>
  )
}
