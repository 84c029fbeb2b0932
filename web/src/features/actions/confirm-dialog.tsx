import { useState, type FormEvent } from 'react'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'

interface ConfirmDialogProps {
  title: string
  name: string
  busy: boolean
  close: () => void
  go: () => void
}

/** For control devices: whoever goes on has typed the name. */
export function ConfirmDialog({ title, name, busy, close, go }: ConfirmDialogProps) {
  const [text, setText] = useState('')
  const sure = text.trim() === name
  const submit = (e: FormEvent): void => {
    e.preventDefault()
    if (sure) go()
  }
  return (
    <Dialog title={title} close={close}>
      <form className="stack" onSubmit={submit}>
        <label className="field">
          <span>
            This is, or may be, a control device. Type <strong className="mono">{name}</strong> to go on
          </span>
          <input
            className="input"
            value={text}
            autoComplete="off"
            onChange={(e) => setText(e.target.value)}
          />
        </label>
        <div className="dialog-foot">
          <Button onClick={close}>Cancel</Button>
          <Button look="danger" type="submit" busy={busy} disabled={!sure}>
            Go on
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
