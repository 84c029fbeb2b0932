import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { updateAlert } from '../../api/alerts.ts'
import { useMay } from '../../api/session.ts'
import type { Alert } from '../../api/types.ts'
import { Button } from '../../ui/button.tsx'
import { useSay } from '../../ui/toast.tsx'

/** What the next reader should know. */
export function AlertNote({ alert: a }: { alert: Alert }) {
  const [note, setNote] = useState(a.note ?? '')
  const client = useQueryClient()
  const say = useSay()
  const allowed = useMay('analyst')
  const saving = useMutation({
    mutationFn: () => updateAlert(a, { note }),
    onSuccess: (now) => {
      client.setQueryData(['alert', a.id], now)
      say('Note kept.')
    },
    onError: say.wrong,
  })
  const submit = (e: FormEvent): void => {
    e.preventDefault()
    saving.mutate()
  }
  if (!allowed) return a.note ? <p className="note">{a.note}</p> : null
  return (
    <form className="stack-s" onSubmit={submit}>
      <label className="field">
        <span>Note</span>
        <textarea
          className="textarea"
          rows={2}
          maxLength={4096}
          placeholder="What the next reader should know"
          value={note}
          onChange={(e) => setNote(e.target.value)}
        />
      </label>
      {note !== (a.note ?? '') && (
        <div className="row">
          <Button type="submit" look="primary" busy={saving.isPending}>
            Keep note
          </Button>
        </div>
      )}
    </form>
  )
}
