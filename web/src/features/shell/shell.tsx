import { useRouterState } from '@tanstack/react-router'
import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import type { Session } from '../../api/types.ts'
import { useHotkeys } from '../../lib/hotkeys.ts'
import { Help } from './help.tsx'
import { Nav } from './nav.tsx'
import { Palette } from './palette.tsx'
import { TopBar } from './top-bar.tsx'
import { useGoKeys } from './go-keys.ts'
import './shell.css'

interface ShellProps {
  session: Session
  children: ReactNode
}

/** The frame around every screen. */
export function Shell({ session, children }: ShellProps) {
  const [open, setOpen] = useState<'help' | 'palette' | null>(null)
  const keys = useMemo(() => ({ '?': () => setOpen('help'), 'ctrl+k': () => setOpen('palette') }), [])
  useHotkeys(keys)
  useGoKeys()
  const main = useMainFocus()
  const close = (): void => setOpen(null)
  return (
    <div className="shell">
      <a className="skip" href="#main">
        Skip to the content
      </a>
      {session.simulation && (
        <aside className="ribbon" aria-label="Simulation">
          <strong>Simulation.</strong> Nothing here is real
          <span className="ribbon-more">
            : every device, attack and action is emulated, and no network is touched
          </span>
          .
        </aside>
      )}
      <Nav help={() => setOpen('help')} version={session.version} />
      <div className="shell-main">
        <TopBar session={session} search={() => setOpen('palette')} />
        <main id="main" ref={main} tabIndex={-1}>
          {children}
        </main>
      </div>
      {open === 'help' && <Help close={close} />}
      {open === 'palette' && <Palette close={close} help={() => setOpen('help')} />}
    </div>
  )
}

/** After a change of screen the focus starts at the content, as it does on a new page. */
function useMainFocus() {
  const path = useRouterState({ select: (s) => s.location.pathname })
  const main = useRef<HTMLElement>(null)
  const first = useRef(true)
  useEffect(() => {
    if (first.current) first.current = false
    else main.current?.focus({ preventScroll: true })
  }, [path])
  return main
}
