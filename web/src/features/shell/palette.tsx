import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { CircleHelp, Search, type LucideIcon } from 'lucide-react'
import { useDeferredValue, useState, type KeyboardEvent, type ReactNode } from 'react'
import { findDevices } from '../../api/devices.ts'
import { typeCategory, typeTitle } from '../../lib/device-types.ts'
import { deviceTitle } from '../../lib/device-words.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { TypeIcon } from '../../ui/type-icon.tsx'
import { places } from './places.ts'

interface Entry {
  id: string
  title: string
  hint: string
  icon: ReactNode
  run: () => void
}

const picture = (Icon: LucideIcon): ReactNode => <Icon size={17} strokeWidth={1.8} aria-hidden="true" />

/** Type a few letters, press Enter, be there. */
export function Palette({ close, help }: { close: () => void; help: () => void }) {
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const entries = useEntries(text, help)
  const active = entries[Math.min(at, entries.length - 1)]
  const run = (e: Entry | undefined): void => {
    if (!e) return
    close()
    e.run()
  }
  const press = (e: KeyboardEvent): void => {
    const step = e.key === 'ArrowDown' ? 1 : e.key === 'ArrowUp' ? -1 : 0
    if (step !== 0) {
      e.preventDefault()
      setAt((i) => (Math.min(i, entries.length - 1) + step + entries.length) % Math.max(1, entries.length))
    } else if (e.key === 'Enter') {
      e.preventDefault()
      run(active)
    }
  }
  return (
    <Dialog title="Find or go" close={close} bare>
      <div className="palette">
        <label className="palette-input">
          <Search size={18} aria-hidden="true" />
          <span className="visually-hidden">Find a device or go somewhere</span>
          <input
            role="combobox"
            aria-expanded="true"
            aria-controls="palette-list"
            aria-activedescendant={active && `palette-${active.id}`}
            placeholder="A device, an address, a screen…"
            value={text}
            autoComplete="off"
            onChange={(e) => {
              setText(e.target.value)
              setAt(0)
            }}
            onKeyDown={press}
          />
        </label>
        <ul id="palette-list" role="listbox" aria-label="Found" className="palette-list">
          {entries.map((e) => (
            // The combobox above handles the keys.
            // eslint-disable-next-line jsx-a11y/click-events-have-key-events
            <li
              key={e.id}
              id={`palette-${e.id}`}
              role="option"
              aria-selected={e === active}
              className="palette-entry"
              onClick={() => run(e)}
            >
              {e.icon}
              <span className="clip">{e.title}</span>
              <span className="quiet small clip">{e.hint}</span>
            </li>
          ))}
        </ul>
        {entries.length === 0 && <p className="palette-none quiet">Nothing is called that.</p>}
      </div>
    </Dialog>
  )
}

function useEntries(text: string, help: () => void): Entry[] {
  const navigate = useNavigate()
  const wanted = useDeferredValue(text.trim())
  // Only what answers the text as it stands: Enter must not open what was found for half of it.
  const { data } = useQuery({
    ...findDevices(wanted, 8),
    enabled: wanted.length > 1 && wanted === text.trim(),
  })
  const matches = (title: string): boolean => title.toLowerCase().includes(text.trim().toLowerCase())
  const goes: Entry[] = places
    .filter((p) => matches(p.title))
    .map((p) => ({
      id: p.title,
      title: p.title,
      hint: `g ${p.key}`,
      icon: picture(p.icon),
      run: () => void navigate({ to: p.to }),
    }))
  const keys: Entry = { id: 'keys', title: 'Keys', hint: '?', icon: picture(CircleHelp), run: help }
  const devices: Entry[] = (wanted.length > 1 ? (data?.items ?? []) : []).map((d) => ({
    id: d.id,
    title: deviceTitle(d),
    hint: [typeTitle(d.identity.type.value), d.ips?.[0]].filter(Boolean).join(' · '),
    icon: <TypeIcon type={d.identity.type.value} category={typeCategory(d.identity.type.value)} />,
    run: () => void navigate({ to: '/devices/$id', params: { id: d.id } }),
  }))
  const named = (e: Entry): boolean =>
    text.trim() !== '' && e.title.toLowerCase().startsWith(text.trim().toLowerCase())
  const all = matches('keys') ? [...goes, keys] : goes
  return [...all.filter(named), ...devices, ...all.filter((e) => !named(e))]
}
