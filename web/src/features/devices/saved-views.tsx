import { useNavigate } from '@tanstack/react-router'
import { BookmarkPlus, X } from 'lucide-react'
import { useState, type FormEvent } from 'react'
import type { DeviceFilter } from '../../api/devices.ts'
import { recall, remember } from '../../lib/stored.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'

interface View {
  name: string
  filter: DeviceFilter
}

const given: View[] = [
  // Risk, times how critical the device is.
  { name: 'To look at first', filter: { sort: '-priority' } },
  { name: 'Most at risk', filter: { sort: '-risk' } },
  { name: 'New this week', filter: { q: 'first<7d', sort: '-first_seen' } },
  { name: 'Not recognised', filter: { type: ['unknown'] } },
  { name: 'Industrial', filter: { q: 'category:ot' } },
  { name: 'Missing', filter: { presence: ['away', 'gone'] } },
]

// Which networks are shown is not part of a view.
const chosen = ({ local: _, ...rest }: DeviceFilter): DeviceFilter => rest

const written = (f: DeviceFilter): string =>
  JSON.stringify(
    Object.entries(f)
      .filter(([, v]) => v)
      .sort(),
  )

const same = (a: DeviceFilter, b: DeviceFilter): boolean => written(a) === written(b)

/** Searches worth keeping, kept in this browser. */
export function SavedViews({ filter: shown }: { filter: DeviceFilter }) {
  const filter = chosen(shown)
  const [own, setOwn] = useState<View[]>(() => recall<View[]>('views', []))
  const [naming, setNaming] = useState(false)
  const navigate = useNavigate()
  const keep = (views: View[]): void => {
    remember('views', views)
    setOwn(views)
  }
  const all = [...given, ...own]
  const saved = Object.values(filter).every((v) => !v) || all.some((v) => same(v.filter, filter))
  return (
    <div className="views" role="group" aria-label="Saved views">
      {all.map((v) => (
        <span key={v.name} className="view">
          <Button
            look="quiet"
            aria-pressed={same(v.filter, filter)}
            onClick={() => void navigate({ to: '/devices', search: same(v.filter, filter) ? {} : v.filter })}
          >
            {v.name}
          </Button>
          {own.includes(v) && (
            <IconButton label={`Forget the view ${v.name}`} onClick={() => keep(own.filter((o) => o !== v))}>
              <X size={13} aria-hidden="true" />
            </IconButton>
          )}
        </span>
      ))}
      {!saved && (
        <Button look="quiet" onClick={() => setNaming(true)}>
          <BookmarkPlus size={15} aria-hidden="true" /> Save view
        </Button>
      )}
      {naming && (
        <NameDialog
          close={() => setNaming(false)}
          save={(name) => {
            keep([...own.filter((v) => v.name !== name), { name, filter }])
            setNaming(false)
          }}
        />
      )}
    </div>
  )
}

function NameDialog({ close, save }: { close: () => void; save: (name: string) => void }) {
  const [name, setName] = useState('')
  const submit = (e: FormEvent): void => {
    e.preventDefault()
    if (name.trim()) save(name.trim())
  }
  return (
    <Dialog title="Save this view" close={close}>
      <form className="stack" onSubmit={submit}>
        <label className="field">
          <span>Name</span>
          <input
            className="input"
            value={name}
            onChange={(e) => setName(e.target.value)}
            maxLength={40}
            required
          />
        </label>
        <div className="dialog-foot">
          <Button look="primary" type="submit">
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
