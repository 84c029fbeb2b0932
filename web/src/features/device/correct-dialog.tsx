import { correctIdentity } from '../../api/devices.ts'
import type { Device } from '../../api/types.ts'
import { identityFields } from '../../lib/device-words.ts'
import { IdentityDialog } from '../../ui/identity-dialog.tsx'
import { claimOf } from './identity-claims.tsx'

/** Takes a person's word on what a device is. */
export function CorrectDialog({ device: d, close }: { device: Device; close: () => void }) {
  return (
    <IdentityDialog
      title="What is it?"
      now={Object.fromEntries(identityFields.map((f) => [f, claimOf(d, f)?.value]))}
      save={(field, value, reason) => correctIdentity(d.id, field, { ruling: 'lock', value, reason })}
      close={close}
    />
  )
}
