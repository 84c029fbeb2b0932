import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Pencil, Undo2 } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { takeBackCorrection } from '../../api/devices.ts'
import { zonesQuery } from '../../api/overview.ts'
import { useMay } from '../../api/session.ts'
import type { Device, Held } from '../../api/types.ts'
import { words } from '../../lib/format.ts'
import { heldBy, purdueTitle, zoneKindTitle, type StandingField } from '../../lib/standing-words.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { useSay } from '../../ui/toast.tsx'
import { StandingDialog } from './standing-dialog.tsx'

/** How critical it is and where it belongs, each with by whose word; a person may say otherwise. */
export function Standing({ device: d }: { device: Device }) {
  const [setting, setSetting] = useState(false)
  const allowed = useMay('analyst')
  const s = d.standing
  return (
    <div className="stack-s">
      <dl className="claims standing">
        <Row title="Criticality" device={d} field="criticality" held={s?.criticality} show={words} />
        <Row title="Purdue level" device={d} field="purdue_level" held={s?.purdue_level} show={purdueTitle} />
        <div>
          <dt>Zone</dt>
          <dd>
            <ZoneName device={d} />
            {s?.zone_kind?.by === 'zone' && <By text={heldBy(s.zone_kind, d, 'zone_kind')} />}
          </dd>
        </div>
      </dl>
      {allowed && (
        <Button look="quiet" className="claims-set" onClick={() => setSetting(true)}>
          <Pencil size={14} aria-hidden="true" /> Change…
        </Button>
      )}
      {setting && <StandingDialog device={d} close={() => setSetting(false)} />}
    </div>
  )
}

const By = ({ text }: { text: string }) => <span className="small quiet claim-said">{text}</span>

interface RowProps {
  title: string
  device: Device
  field: StandingField
  held: Held | undefined
  show: (value: string) => ReactNode
}

function Row({ title, device, field, held, show }: RowProps) {
  const allowed = useMay('analyst')
  return (
    <div>
      <dt>{title}</dt>
      <dd className={held ? undefined : 'quiet'}>
        {held ? show(held.value) : 'not known'}
        {held && <By text={heldBy(held, device, field)} />}
      </dd>
      <dd className="claim-end">
        {allowed && held?.by === 'user' && <TakeBack id={device.id} field={field} title={title} />}
      </dd>
    </div>
  )
}

function TakeBack({ id, field, title }: { id: string; field: StandingField; title: string }) {
  const client = useQueryClient()
  const say = useSay()
  const taking = useMutation({
    mutationFn: () => takeBackCorrection(id, field),
    onSuccess: (d) => {
      client.setQueryData(['device', d.id], d)
      for (const queryKey of [['devices'], ['facets'], ['ledger'], ['device-part', d.id]])
        void client.invalidateQueries({ queryKey })
    },
    onError: (e) => say.wrong(e),
  })
  return (
    <IconButton
      label={`Take back what was said of the ${title}`}
      disabled={taking.isPending}
      onClick={() => taking.mutate()}
    >
      <Undo2 size={14} aria-hidden="true" />
    </IconButton>
  )
}

/** Its zone, which leads to its neighbours there; the kind that it belongs in, where it is in none. */
function ZoneName({ device: d }: { device: Device }) {
  const zones = useQuery(zonesQuery).data?.items ?? []
  const kind = d.standing?.zone_kind
  if (!d.zone) return kind ? <>none; its type belongs in {zoneKindTitle(kind.value)}</> : <>none</>
  const name = zones.find((z) => z.id === d.zone)?.name ?? d.zone
  return (
    <>
      <Link to="/devices" search={{ zone: [d.zone] }} title="The devices of this zone">
        {name}
      </Link>
      {kind && ` (${zoneKindTitle(kind.value)})`}
    </>
  )
}
