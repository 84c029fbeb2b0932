import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { allTypes, typeNamed, typeTitle } from '../lib/device-types.ts'
import { identityFields, type IdentityField } from '../lib/device-words.ts'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'
import { useSay } from './toast.tsx'

const labels: Record<IdentityField, string> = {
  type: 'Type of device',
  vendor: 'Vendor',
  model: 'Model',
  os: 'System',
  firmware: 'Firmware',
}

interface IdentityDialogProps {
  title: string
  /** What is said now of each field; nothing where nothing is. */
  now: Partial<Record<IdentityField, string>>
  save: (field: IdentityField, value: string, reason: string | undefined) => Promise<unknown>
  close: () => void
}

/** Takes a person's word on what something is; what they leave as it is, is not touched. */
export function IdentityDialog({ title, now, save, close }: IdentityDialogProps) {
  const before = (field: IdentityField): string => {
    const value = now[field] ?? ''
    return field === 'type' && value ? typeTitle(value) : value
  }
  const [values, setValues] = useState(
    () => Object.fromEntries(identityFields.map((f) => [f, before(f)])) as Record<IdentityField, string>,
  )
  const [reason, setReason] = useState('')
  const client = useQueryClient()
  const say = useSay()
  const changed = identityFields.filter((f) => values[f].trim() && values[f].trim() !== before(f))
  const kind = values.type.trim()
  const unknownKind = changed.includes('type') && !typeNamed(kind)
  const saving = useMutation({
    mutationFn: async () => {
      for (const field of changed) {
        const value = field === 'type' ? (typeNamed(kind) ?? kind) : values[field].trim()
        await save(field, value, reason.trim() || undefined)
      }
    },
    onSettled: () => void client.invalidateQueries(),
    onSuccess: () => {
      say('Noted, and it stays so until someone takes it back.')
      close()
    },
  })
  const submit = (e: FormEvent): void => {
    e.preventDefault()
    saving.mutate()
  }
  return (
    <Dialog title={title} close={close}>
      <form className="stack" onSubmit={submit}>
        {identityFields.map((field) => (
          <label key={field} className="field">
            <span>{labels[field]}</span>
            <input
              className="input"
              list={field === 'type' ? 'device-types' : undefined}
              value={values[field]}
              onChange={(e) => setValues((v) => ({ ...v, [field]: e.target.value }))}
              aria-invalid={(field === 'type' && unknownKind) || undefined}
              aria-describedby={field === 'type' && unknownKind ? 'no-such-kind' : undefined}
            />
            {field === 'type' && unknownKind && (
              <span id="no-such-kind" className="small quiet">
                No type is called so; choose one of the list.
              </span>
            )}
          </label>
        ))}
        <datalist id="device-types">
          {allTypes().map((t) => (
            <option key={t.name} value={t.title} />
          ))}
        </datalist>
        <label className="field">
          <span>How do you know?</span>
          <input
            className="input"
            value={reason}
            onChange={(e) => setReason(e.target.value)}
            placeholder="It says so on the label"
          />
        </label>
        {saving.isError && (
          <p className="note note-danger" role="alert">
            {saving.error.message}
          </p>
        )}
        <div className="dialog-foot">
          <Button onClick={close}>Cancel</Button>
          <Button
            look="primary"
            type="submit"
            busy={saving.isPending}
            disabled={changed.length === 0 || unknownKind}
          >
            So it is
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
