import { useMutation, useQueryClient } from '@tanstack/react-query'
import { LogOut, Moon, Pause, Play, Search, Sun, SunMoon } from 'lucide-react'
import { useState } from 'react'
import { useLiveStatus } from '../../api/live-hooks.ts'
import { logout } from '../../api/session.ts'
import type { Session } from '../../api/types.ts'
import { useNow } from '../../lib/clock.ts'
import { chooseTheme, currentTheme, type Theme } from '../../lib/theme.ts'
import { shortDuration } from '../../lib/time.ts'
import { IconButton } from '../../ui/button.tsx'
import { Kbd } from '../../ui/signs.tsx'
import { useSay } from '../../ui/toast.tsx'

export function TopBar({ session, search }: { session: Session; search: () => void }) {
  return (
    <header className="topbar">
      <button type="button" className="topbar-search" onClick={search}>
        <Search size={16} aria-hidden="true" />
        <span>Find a device, go somewhere</span>
        <Kbd>Ctrl K</Kbd>
      </button>
      <div className="row topbar-tools">
        <LiveState />
        <ThemeButton />
        <span className="topbar-user small">
          {session.user.name}
          <span className="quiet"> · {session.user.role}</span>
        </span>
        <LogoutButton />
      </div>
    </header>
  )
}

/** How old what you see is, and the way to hold it still. */
function LiveState() {
  const { state, heard, pause, resume } = useLiveStatus()
  const now = useNow()
  const seconds = heard ? Math.max(0, (now - heard) / 1000) : 0
  const age = heard ? (seconds < 5 ? 'now' : shortDuration(seconds)) : ''
  const words = {
    live: `Live${age && age !== 'now' ? ` · last change ${age} ago` : ''}`,
    connecting: 'Connecting…',
    reconnecting: age ? `Reconnecting · data is ${age} old` : 'Reconnecting…',
    paused: age ? `Paused · data is ${age} old` : 'Paused',
    off: 'Not live',
  }[state]
  const paused = state === 'paused'
  return (
    <span className="live" data-state={state}>
      <span className={`dot dot-${state === 'live' ? 'live' : 'quiet'}`} aria-hidden="true" />
      <span role="status" className="small live-words">
        {words}
      </span>
      <IconButton label={paused ? 'Go on live' : 'Hold still'} onClick={paused ? resume : pause}>
        {paused ? <Play size={15} aria-hidden="true" /> : <Pause size={15} aria-hidden="true" />}
      </IconButton>
    </span>
  )
}

const order: Theme[] = ['auto', 'light', 'dark']
const themes = {
  auto: { label: 'Light or dark: as this machine', icon: SunMoon },
  light: { label: 'Light', icon: Sun },
  dark: { label: 'Dark', icon: Moon },
}

function ThemeButton() {
  const [theme, setTheme] = useState(currentTheme)
  const next = order[(order.indexOf(theme) + 1) % order.length] as Theme
  const Icon = themes[theme].icon
  return (
    <IconButton
      label={`${themes[theme].label}; change`}
      onClick={() => {
        chooseTheme(next)
        setTheme(next)
      }}
    >
      <Icon size={17} aria-hidden="true" />
    </IconButton>
  )
}

function LogoutButton() {
  const client = useQueryClient()
  const say = useSay()
  const leaving = useMutation({
    mutationFn: logout,
    onSuccess: () => {
      client.clear()
      client.setQueryData(['session'], null)
    },
    onError: say.wrong,
  })
  return (
    <IconButton label="Log out" busy={leaving.isPending} onClick={() => leaving.mutate()}>
      <LogOut size={16} aria-hidden="true" />
    </IconButton>
  )
}
