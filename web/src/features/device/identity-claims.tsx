import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Check, Pencil, Undo2, X } from 'lucide-react'
import { useState } from 'react'
import { correctIdentity, takeBackCorrection } from '../../api/devices.ts'
import { useMay } from '../../api/session.ts'
import type { Claim, Correction, Device, Ruling } from '../../api/types.ts'
import { typeTitle } from '../../lib/device-types.ts'
import { isGuess, type IdentityField } from '../../lib/device-words.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { Sureness } from '../../ui/signs.tsx'
import { useSay } from '../../ui/toast.tsx'
import { CorrectDialog } from './correct-dialog.tsx'

const titles: Record<IdentityField, string> = {
  vendor: 'Vendor',
  model: 'Model',
  type: 'Type',
  os: 'System',
  firmware: 'Firmware',
}

/** What it is, field by field, and a person's word on each. */
export function IdentityClaims({ device: d }: { device: Device }) {
  const [setting, setSetting] = useState(false)
  const allowed = useMay('analyst')
  const fields: IdentityField[] = ['vendor', 'model', 'type', 'os', 'firmware']
  return (
    <>
      <dl className="claims">
        {fields.map((field) => (
          <ClaimRow key={field} device={d} field={field} allowed={allowed} />
        ))}
      </dl>
      {allowed && (
        <Button look="quiet" className="claims-set" onClick={() => setSetting(true)}>
          <Pencil size={14} aria-hidden="true" /> I know what it is…
        </Button>
      )}
      {setting && <CorrectDialog device={d} close={() => setSetting(false)} />}
    </>
  )
}

/** What is said of a field; nothing for a type that is not known. */
export function claimOf(d: Device, field: IdentityField): Claim | undefined {
  const claim = d.identity[field]
  return claim && !(field === 'type' && claim.value === 'unknown') ? claim : undefined
}

function ClaimRow({ device, field, allowed }: { device: Device; field: IdentityField; allowed: boolean }) {
  const claim = claimOf(device, field)
  const said = (device.corrections ?? []).filter((c) => c.field === field)
  const ruled = said.find((c) => c.ruling !== 'reject')
  const title = claim && (field === 'type' ? typeTitle(claim.value) : claim.value)
  return (
    <div>
      <dt>{titles[field]}</dt>
      <dd className={title ? undefined : 'quiet'}>
        {title ?? 'not known'}
        {claim && !ruled && isGuess(device, field) && (
          <span className="small quiet claim-said">a guess, by how it behaves</span>
        )}
        {said.map((c) => (
          <Said key={c.id} said={c} />
        ))}
      </dd>
      <dd className="claim-end">
        {claim && !ruled && <Sureness value={claim.confidence} />}
        {allowed && (
          <Verdicts
            device={device}
            field={field}
            what={title && `${titles[field]} ${title}`}
            said={said.length > 0}
            ruled={!!ruled}
          />
        )}
      </dd>
    </div>
  )
}

const rulings: Record<Ruling, string> = { lock: 'set', confirm: 'confirmed', reject: 'ruled out' }

/** Who said what of the field. */
function Said({ said }: { said: Correction }) {
  const value = said.field === 'type' ? typeTitle(said.value) : said.value
  return (
    <span className="small quiet claim-said" title={said.reason}>
      {said.ruling === 'reject' && <s>{value}</s>} {rulings[said.ruling]} by {said.actor}
    </span>
  )
}

interface VerdictsProps {
  device: Device
  field: IdentityField
  /** What is said, in words; nothing when nothing is. */
  what: string | undefined
  said: boolean
  ruled: boolean
}

function Verdicts({ device, field, what, said, ruled }: VerdictsProps) {
  const client = useQueryClient()
  const say = useSay()
  const ruling = useMutation({
    mutationFn: (r: Ruling | 'undo') =>
      r === 'undo' ? takeBackCorrection(device.id, field) : correctIdentity(device.id, field, { ruling: r }),
    onSuccess: (d) => {
      client.setQueryData(['device', d.id], d)
      for (const queryKey of [['devices'], ['facets'], ['device-part', d.id]])
        void client.invalidateQueries({ queryKey })
    },
    onError: (e) => say.wrong(e),
  })
  return (
    <span className="claim-verdicts">
      {what && !ruled && (
        <>
          <IconButton
            label={`${what} is right`}
            disabled={ruling.isPending}
            onClick={() => ruling.mutate('confirm')}
          >
            <Check size={14} aria-hidden="true" />
          </IconButton>
          <IconButton
            label={`${what} is wrong`}
            disabled={ruling.isPending}
            onClick={() => ruling.mutate('reject')}
          >
            <X size={14} aria-hidden="true" />
          </IconButton>
        </>
      )}
      {said && (
        <IconButton
          label={`Take back what was said of ${titles[field].toLowerCase()}`}
          disabled={ruling.isPending}
          onClick={() => ruling.mutate('undo')}
        >
          <Undo2 size={14} aria-hidden="true" />
        </IconButton>
      )}
    </span>
  )
}
