import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Split, Undo2 } from 'lucide-react'
import { useState } from 'react'
import { ledgerQuery, timelineQuery, undoLedger } from '../../api/devices.ts'
import { useMay } from '../../api/session.ts'
import type { Device, DeviceChange, LedgerEntry } from '../../api/types.ts'
import { useNow } from '../../lib/clock.ts'
import { words } from '../../lib/format.ts'
import { ledgerWords } from '../../lib/ledger-words.ts'
import { clock, exact } from '../../lib/time.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/layout.tsx'
import { Ago, Chip } from '../../ui/signs.tsx'
import { Await, Empty } from '../../ui/states.tsx'
import { useSay } from '../../ui/toast.tsx'
import { SplitDialog } from './split-dialog.tsx'

export function TimelineTab({ device }: { device: Device }) {
  const timeline = useQuery(timelineQuery(device.id))
  const [splitting, setSplitting] = useState(false)
  const allowed = useMay('analyst')
  const many = (device.macs?.length ?? 0) + (device.ips?.length ?? 0) > 1
  return (
    <>
      <Ledger id={device.id} />
      <Card
        title="What happened to it?"
        aside={
          allowed && many ? (
            <Button onClick={() => setSplitting(true)}>
              <Split size={15} aria-hidden="true" /> Split…
            </Button>
          ) : undefined
        }
      >
        <Await query={timeline} what="The timeline">
          {({ items }) =>
            items.length === 0 ? (
              <Empty title="Nothing yet">
                Changes of address, identity and services are written down here.
              </Empty>
            ) : (
              <ol className="timeline">
                {items.map((c, i) => (
                  <Change key={i} change={c} />
                ))}
              </ol>
            )
          }
        </Await>
      </Card>
      {splitting && <SplitDialog device={device} close={() => setSplitting(false)} />}
    </>
  )
}

function Change({ change: c }: { change: DeviceChange }) {
  const now = useNow()
  return (
    <li>
      <time dateTime={c.time} title={exact(c.time)} className="small quiet nowrap">
        {clock(c.time, now)}
      </time>
      <span>
        {c.summary} {c.actor && <span className="small quiet">by {c.actor}</span>}
      </span>
      <Chip>{words(c.kind)}</Chip>
    </li>
  )
}

/** Merges, splits, renames and corrections of this device, each with its way back. */
function Ledger({ id }: { id: string }) {
  const ledger = useQuery(ledgerQuery)
  const mine = (ledger.data?.items ?? []).filter((l) => l.device === id || l.others?.includes(id))
  if (mine.length === 0) return null
  return (
    <Card title="Decided by people and by Heron">
      <ul className="history">
        {mine.map((l) => (
          <LedgerRow key={l.id} entry={l} />
        ))}
      </ul>
    </Card>
  )
}

function LedgerRow({ entry: l }: { entry: LedgerEntry }) {
  const client = useQueryClient()
  const say = useSay()
  const allowed = useMay('analyst')
  const undoing = useMutation({
    mutationFn: () => undoLedger(l.id),
    onSuccess: () => {
      say(`“${ledgerWords(l)}” is taken back.`)
      void client.invalidateQueries()
    },
    onError: say.wrong,
  })
  return (
    <li className="row spread">
      <span>
        <strong>{ledgerWords(l)}</strong> {l.reason && <span>— {l.reason}</span>}{' '}
        <span className="small quiet">
          {l.actor}, <Ago time={l.time} />
        </span>
      </span>
      {l.undone ? (
        <Chip>taken back</Chip>
      ) : (
        allowed && (
          <Button look="quiet" busy={undoing.isPending} onClick={() => undoing.mutate()}>
            <Undo2 size={15} aria-hidden="true" /> Undo
          </Button>
        )
      )}
    </li>
  )
}
