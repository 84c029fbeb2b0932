import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { splitDevice } from '../../api/devices.ts'
import type { Device } from '../../api/types.ts'
import { toggled } from '../../lib/page-search.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { useSay } from '../../ui/toast.tsx'

/** Moves some addresses to a device of their own. */
export function SplitDialog({ device, close }: { device: Device; close: () => void }) {
  const all = [...(device.macs ?? []), ...(device.ips ?? [])]
  const [moved, setMoved] = useState<string[]>([])
  const [reason, setReason] = useState('')
  const client = useQueryClient()
  const say = useSay()
  const splitting = useMutation({
    mutationFn: () => splitDevice(device.id, moved, reason),
    onSuccess: () => {
      say('Split in two. Undo it under timeline.')
      void client.invalidateQueries()
      close()
    },
  })
  const submit = (e: FormEvent): void => {
    e.preventDefault()
    splitting.mutate()
  }
  return (
    <Dialog title="Split this device" close={close}>
      <form className="stack" onSubmit={submit}>
        <fieldset className="split-choice">
          <legend>Which addresses belong to the other device?</legend>
          {all.map((v) => (
            <label key={v} className="row">
              <input
                type="checkbox"
                className="checkbox"
                checked={moved.includes(v)}
                onChange={() => setMoved((m) => toggled(m, v) ?? [])}
              />
              <span className="mono">{v}</span>
            </label>
          ))}
        </fieldset>
        <label className="field">
          <span>Why are they two?</span>
          <input className="input" value={reason} onChange={(e) => setReason(e.target.value)} required />
        </label>
        {splitting.isError && (
          <p className="note note-danger" role="alert">
            {splitting.error.message}
          </p>
        )}
        <div className="dialog-foot">
          <Button onClick={close}>Cancel</Button>
          <Button
            look="primary"
            type="submit"
            busy={splitting.isPending}
            disabled={moved.length === 0 || moved.length === all.length}
          >
            Split
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
