import { CircleHelp, Moon, Plug, Unplug, UserX } from 'lucide-react'
import type { Device, Presence, PresenceState } from '../api/types.ts'
import { exact } from '../lib/time.ts'

const words: Record<PresenceState, string> = {
  present: 'present',
  asleep: 'asleep',
  away: 'away',
  gone: 'gone',
  unknown: 'not watched',
}

export const presenceStates: PresenceState[] = ['present', 'asleep', 'away', 'gone', 'unknown']

export const presenceWord = (s: PresenceState): string => words[s]

const pictures = { present: Plug, asleep: Moon, away: Unplug, gone: UserX, unknown: CircleHelp }

/** Whether a device is there: a picture and a word; since when shows on hover. */
export function PresenceSign({ of: p }: { of: Device['presence'] }) {
  if (!p) return null
  const Picture = pictures[p.state]
  return (
    <span className="presence" data-state={p.state} title={`since ${exact(p.since)}`}>
      <Picture size={13} aria-hidden="true" /> <span className="presence-word">{words[p.state]}</span>
    </span>
  )
}

/** How long it may be silent before it is missed, in words. */
export function silenceWords({ normal_silence_seconds: s }: Presence): string {
  if (s >= 2 * 86400) return `${Math.round(s / 86400)} days`
  if (s >= 2 * 3600) return `${Math.round(s / 3600)} hours`
  return `${Math.max(1, Math.round(s / 60))} minutes`
}
