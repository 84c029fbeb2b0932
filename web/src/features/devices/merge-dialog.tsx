import { useMutation, useQueries, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { deviceQuery, mergeDevices } from '../../api/devices.ts'
import { deviceTitle } from '../../lib/device-words.ts'
import { plural } from '../../lib/format.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { useSay } from '../../ui/toast.tsx'

interface MergeDialogProps {
  ids: string[]
  close: () => void
  done: () => void
}

/** Says that several devices are one. It can be undone on the page of the one that stays. */
export function MergeDialog({ ids, close, done }: MergeDialogProps) {
  const [keep, setKeep] = useState(ids[0] ?? '')
  const [reason, setReason] = useState('')
  const client = useQueryClient()
  const say = useSay()
  const devices = useQueries({ queries: ids.map(deviceQuery) })
  const merging = useMutation({
    mutationFn: () =>
      mergeDevices(
        keep,
        ids.filter((id) => id !== keep),
        reason,
      ),
    onSuccess: (d) => {
      void client.invalidateQueries({ queryKey: ['devices'] })
      void client.invalidateQueries({ queryKey: ['facets'] })
      say(`Merged into ${deviceTitle(d)}. Undo it on its page, under timeline.`)
      done()
    },
  })
  const submit = (e: FormEvent): void => {
    e.preventDefault()
    merging.mutate()
  }
  return (
    <Dialog title={`Merge ${plural(ids.length, 'device')}`} close={close}>
      <form className="stack" onSubmit={submit}>
        <fieldset className="facet">
          <legend>Which one stays? The others become part of it.</legend>
          {devices.map((q, i) => (
            <label key={ids[i]} className="facet-row">
              <input
                type="radio"
                name="keep"
                checked={keep === ids[i]}
                onChange={() => setKeep(ids[i] ?? '')}
              />
              <span className="clip">{q.data ? deviceTitle(q.data) : '…'}</span>
              <span className="quiet mono small">{q.data?.macs?.[0] ?? q.data?.ips?.[0]}</span>
            </label>
          ))}
        </fieldset>
        <label className="field">
          <span>Why are they one?</span>
          <input
            className="input"
            value={reason}
            onChange={(e) => setReason(e.target.value)}
            placeholder="Same serial number on the label"
            required
          />
        </label>
        {merging.isError && (
          <p className="note note-danger" role="alert">
            {merging.error.message}
          </p>
        )}
        <div className="dialog-foot">
          <Button onClick={close}>Cancel</Button>
          <Button look="primary" type="submit" busy={merging.isPending}>
            Merge
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
