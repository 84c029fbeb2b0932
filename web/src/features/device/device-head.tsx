import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Bell, Check, Pencil, ShieldBan, X } from 'lucide-react'
import { useState, type FormEvent } from 'react'
import { renameDevice } from '../../api/devices.ts'
import { Problem } from '../../api/client.ts'
import { useMay } from '../../api/session.ts'
import type { Device } from '../../api/types.ts'
import { typeCategory, typeTitle } from '../../lib/device-types.ts'
import { deviceTitle } from '../../lib/device-words.ts'
import { Button, buttonClass, IconButton } from '../../ui/button.tsx'
import { PresenceSign } from '../../ui/presence.tsx'
import { Ago, Chip, Dot } from '../../ui/signs.tsx'
import { useSay } from '../../ui/toast.tsx'
import { TypeIcon } from '../../ui/type-icon.tsx'

export function DeviceHead({ device: d }: { device: Device }) {
  const type = d.identity.type.value
  const operator = useMay('operator')
  return (
    <header className="device-head">
      <TypeIcon type={type} category={typeCategory(type)} tile />
      <div className="device-title">
        <Name device={d} />
        <p className="row quiet">
          <span>{type === 'unknown' ? 'Not recognised yet' : typeTitle(type)}</span>
          <span aria-hidden="true">·</span>
          <span className="row">
            <Dot seen={d.last_seen} /> seen <Ago time={d.last_seen} />
          </span>
          {d.presence?.state !== 'present' && <PresenceSign of={d.presence} />}
          {d.quarantined && <Chip tone="high">in quarantine</Chip>}
          {!d.local && <Chip>beyond this network</Chip>}
          {!!d.open_alerts && (
            <Link to="/alerts" search={{ device: d.id }} className="row small">
              <Bell size={14} aria-hidden="true" /> {d.open_alerts} open
            </Link>
          )}
        </p>
      </div>
      {operator && !d.quarantined && (
        <Link
          to="."
          search={(s: Record<string, unknown>) => ({ ...s, quarantine: d.id })}
          className={buttonClass('danger')}
        >
          <ShieldBan size={16} aria-hidden="true" /> Quarantine…
        </Link>
      )}
    </header>
  )
}

function Name({ device: d }: { device: Device }) {
  const [editing, setEditing] = useState(false)
  const allowed = useMay('analyst')
  if (editing) return <Rename device={d} done={() => setEditing(false)} />
  return (
    <div className="device-name">
      <h1>{deviceTitle(d)}</h1>
      {allowed && (
        <IconButton label="Rename" onClick={() => setEditing(true)}>
          <Pencil size={16} aria-hidden="true" />
        </IconButton>
      )}
    </div>
  )
}

function Rename({ device, done }: { device: Device; done: () => void }) {
  const [name, setName] = useState(device.name ?? '')
  const client = useQueryClient()
  const say = useSay()
  const renaming = useMutation({
    mutationFn: () => renameDevice(device, name.trim()),
    onSuccess: (d) => {
      client.setQueryData(['device', d.id], d)
      void client.invalidateQueries({ queryKey: ['devices'] })
      done()
    },
    onError: (e) => {
      say.wrong(e)
      // What was typed stays; the version that the change is based on is read again.
      if (e instanceof Problem && e.conflict)
        void client.invalidateQueries({ queryKey: ['device', device.id] })
    },
  })
  const submit = (e: FormEvent): void => {
    e.preventDefault()
    renaming.mutate()
  }
  return (
    <form className="device-name" onSubmit={submit}>
      <input
        className="input"
        aria-label="Name of the device"
        value={name}
        maxLength={128}
        placeholder="Empty goes back to what it calls itself"
        // The reader has just asked to type here.
        // eslint-disable-next-line jsx-a11y/no-autofocus
        autoFocus
        onChange={(e) => setName(e.target.value)}
        onKeyDown={(e) => e.key === 'Escape' && done()}
      />
      <Button look="primary" type="submit" aria-label="Save the name" busy={renaming.isPending}>
        <Check size={16} aria-hidden="true" />
      </Button>
      <IconButton label="Cancel" onClick={done}>
        <X size={16} aria-hidden="true" />
      </IconButton>
    </form>
  )
}
