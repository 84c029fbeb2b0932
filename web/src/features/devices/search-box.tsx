import { Search, X } from 'lucide-react'
import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent } from 'react'
import { useHotkeys } from '../../lib/hotkeys.ts'
import { complete, suggest } from '../../lib/search-language.ts'
import { IconButton } from '../../ui/button.tsx'
import { Kbd } from '../../ui/signs.tsx'

interface SearchBoxProps {
  value: string
  change: (text: string) => void
}

/** The search, with the fields of its language offered while typing. */
export function SearchBox({ value, change }: SearchBoxProps) {
  const [text, setText] = useState(value)
  const [before, setBefore] = useState(value)
  const [focused, setFocused] = useState(false)
  const [at, setAt] = useState(-1)
  const input = useRef<HTMLInputElement>(null)
  const list = useId()
  // The address changed from elsewhere: a saved view, the back button.
  if (value !== before) {
    setBefore(value)
    setText(value)
  }
  useEffect(() => {
    if (text === value) return
    const timer = setTimeout(() => change(text), 250)
    return () => clearTimeout(timer)
  }, [text, value, change])
  useHotkeys(useMemo(() => ({ '/': () => input.current?.focus() }), []))

  const offers = focused ? suggest(text).slice(0, 8) : []
  const take = (i: number): void => {
    const field = offers[i]
    if (field) setText(complete(text, field))
    setAt(-1)
    input.current?.focus()
  }
  const press = (e: KeyboardEvent): void => {
    if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
      e.preventDefault()
      setAt((i) => Math.max(-1, Math.min(offers.length - 1, i + (e.key === 'ArrowDown' ? 1 : -1))))
    } else if ((e.key === 'Enter' || e.key === 'Tab') && at >= 0) {
      e.preventDefault()
      take(at)
    } else if (e.key === 'Enter') change(text)
    else if (e.key === 'Escape') input.current?.blur()
  }
  return (
    <div className="search" role="search">
      <Search size={17} aria-hidden="true" />
      <input
        ref={input}
        role="combobox"
        aria-label="Search devices"
        aria-expanded={offers.length > 0}
        aria-controls={list}
        aria-activedescendant={at >= 0 ? `${list}-${at}` : undefined}
        placeholder="vendor:axis  risk>=60  -zone:office"
        spellCheck={false}
        autoComplete="off"
        value={text}
        onChange={(e) => {
          setText(e.target.value)
          setAt(-1)
        }}
        onFocus={() => setFocused(true)}
        onBlur={() => setFocused(false)}
        onKeyDown={press}
      />
      {text ? (
        <IconButton label="Clear the search" onClick={() => setText('')}>
          <X size={15} aria-hidden="true" />
        </IconButton>
      ) : (
        <Kbd>/</Kbd>
      )}
      <ul id={list} role="listbox" aria-label="Fields" className="search-offers" hidden={offers.length === 0}>
        {offers.map((f, i) => (
          // The input above handles the keys; the press must not take the focus from it.
          // eslint-disable-next-line jsx-a11y/click-events-have-key-events
          <li
            key={f.name}
            id={`${list}-${i}`}
            role="option"
            aria-selected={i === at}
            onMouseDown={(e) => e.preventDefault()}
            onClick={() => take(i)}
          >
            <code>{f.name}</code>
            <span className="quiet">{f.hint}</span>
            <code className="quiet">{f.example}</code>
          </li>
        ))}
      </ul>
    </div>
  )
}
