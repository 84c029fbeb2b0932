import type { Sensor } from '../../api/types.ts'
import { brief, bytes, plural } from '../../lib/format.ts'
import { Sign } from '../../ui/signs.tsx'

type Health = NonNullable<Sensor['health']>

/** Whether a sensor counts packets: of a process, its sources do, which have cards of their own. */
export const counts = (s: Sensor): boolean => !s.health || s.stats.packets > 0

/** What a sensor saw so far; undefined when it counts nothing. */
export function traffic(s: Sensor): string | undefined {
  if (!counts(s)) return undefined
  const { packets, flows } = s.stats
  return `${brief(packets)} packets, ${bytes(s.stats.bytes)}, ${brief(flows)} ${flows === 1 ? 'flow' : 'flows'}`
}

/** What a process with sensors tells of itself, as pairs for a list of facts. */
export function healthFacts({ health: h, config }: Sensor): [string, string | undefined][] {
  if (!h) return []
  return [
    [
      'Waits for the core',
      `${plural(h.spool.batches, 'batch', 'batches')}, ${bytes(h.spool.bytes)}${room(h)}`,
    ],
    ['Uses', `${h.cpu.toFixed(2)} processors, ${bytes(h.memory_bytes)}`],
    ['Clock', clock(h)],
    ['Packets kept', kept(h)],
    ['Scans', h.scanner && (h.scanner.allowed ? 'when told to' : 'never: its own configuration says so')],
    [
      'Told to do',
      config && (h.config_applied === config.version ? 'done' : h.config_fault ? 'refused' : 'on its way'),
    ],
  ]
}

const room = (h: Health): string => (h.spool.max_bytes > 0 ? ` of ${bytes(h.spool.max_bytes)}` : '')

function clock(h: Health): string {
  const off = Math.abs(h.clock_offset_seconds)
  if (off < Math.max(0.5, h.round_trip_seconds)) return 'agrees with the core'
  return `${off.toFixed(1)} s ${h.clock_offset_seconds > 0 ? 'behind' : 'ahead of'} the core`
}

function kept(h: Health): string | undefined {
  const rings = h.sources.flatMap((s) => s.evidence ?? [])
  if (rings.length === 0) return 'none'
  const dropped = rings.reduce((sum, r) => sum + r.dropped, 0)
  const size = bytes(rings.reduce((sum, r) => sum + r.bytes, 0))
  return dropped > 0 ? `${size}; ${brief(dropped)} could not be written` : size
}

/** What was given up for want of room, and an order that is not in force. */
export function Shed({ sensor: { health: h } }: { sensor: Sensor }) {
  if (!h) return null
  const shed = [
    h.spool.shed_flows > 0 && `${brief(h.spool.shed_flows)} reports on flows`,
    h.spool.shed_observations > 0 && `${brief(h.spool.shed_observations)} repeated observations`,
    h.spool.shed_batches > 0 && `${brief(h.spool.shed_batches)} whole batches`,
  ].filter(Boolean)
  return (
    <>
      {shed.length > 0 && (
        <p className="small">
          <Sign grade="medium">Left out while the core was out of reach</Sign> {shed.join(', ')}
        </p>
      )}
      {h.config_fault && (
        <p className="note note-danger" role="alert">
          It does not do what it was told: {h.config_fault}
        </p>
      )}
    </>
  )
}
