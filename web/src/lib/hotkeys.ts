import { useEffect } from 'react'

export type Hotkeys = Record<string, (e: KeyboardEvent) => void>

/** Whether the key goes into something that takes text. */
export function typing(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)
}

/** The name of a key press: "j", "?", "ctrl+k", "escape". */
export function keyName(e: KeyboardEvent): string {
  const key = e.key.length === 1 ? e.key : e.key.toLowerCase()
  return e.ctrlKey || e.metaKey ? `ctrl+${key.toLowerCase()}` : key
}

/** Keys that work anywhere on the page, but never while someone types or a dialog is open. */
export function useHotkeys(keys: Hotkeys, enabled = true): void {
  useEffect(() => {
    if (!enabled) return
    const press = (e: KeyboardEvent): void => {
      if (e.defaultPrevented || e.altKey) return
      const name = keyName(e)
      const free = !typing(e.target) && !document.querySelector('dialog[open]')
      const act = free || name.startsWith('ctrl+') ? keys[name] : undefined
      if (!act) return
      e.preventDefault()
      act(e)
    }
    document.addEventListener('keydown', press)
    return () => document.removeEventListener('keydown', press)
  }, [keys, enabled])
}
