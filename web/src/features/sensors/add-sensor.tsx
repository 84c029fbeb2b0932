import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { createSensor } from '../../api/admin.ts'
import { Button } from '../../ui/button.tsx'
import { Copy } from '../../ui/copy.tsx'
import { Dialog } from '../../ui/dialog.tsx'

/** Names a sensor, and shows the token it joins with: this once. */
export function AddSensor({ close }: { close: () => void }) {
  const [name, setName] = useState('')
  const client = useQueryClient()
  const adding = useMutation({
    mutationFn: () => createSensor(name.trim()),
    onSuccess: () => client.invalidateQueries({ queryKey: ['sensors'] }),
  })
  const submit = (e: FormEvent): void => {
    e.preventDefault()
    adding.mutate()
  }
  return (
    <Dialog title={adding.data ? `${adding.data.sensor.name} may join` : 'Add a sensor'} close={close}>
      {adding.data ? (
        <Token token={adding.data.token} close={close} />
      ) : (
        <form className="stack" onSubmit={submit}>
          <label className="field">
            <span>Name</span>
            <input
              className="input"
              value={name}
              maxLength={64}
              pattern="[A-Za-z0-9][A-Za-z0-9 ._\-]*"
              placeholder="hall-2"
              required
              onChange={(e) => setName(e.target.value)}
            />
            <span className="field-hint">Letters, digits, spaces, dots, dashes.</span>
          </label>
          {adding.isError && (
            <p className="note note-danger" role="alert">
              {adding.error.message}
            </p>
          )}
          <div className="dialog-foot">
            <Button look="primary" type="submit" busy={adding.isPending}>
              Add
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  )
}

function Token({ token, close }: { token: string; close: () => void }) {
  // Never the token itself: what is on a command line is in every process list.
  const command = `heron serve --role sensor --bus nats://${location.hostname}:4222 --bus-token-file FILE --interface IF`
  return (
    <>
      <p>
        This token lets one sensor in, once. It is <strong>shown only now</strong> and not kept in clear.
      </p>
      <div className="secret">
        <code>{token}</code>
        <Copy text={token} what="the token" />
      </div>
      <p className="small quiet">
        On the machine that watches, put it into a file that only its user may read, then:{' '}
        <code className="observed">{command}</code>
      </p>
      <div className="dialog-foot">
        <Button look="primary" onClick={close}>
          I have it
        </Button>
      </div>
    </>
  )
}
