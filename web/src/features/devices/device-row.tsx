import { Link } from '@tanstack/react-router'
import { Bell, ShieldBan } from 'lucide-react'
import { memo } from 'react'
import type { Device } from '../../api/types.ts'
import { typeCategory, typeTitle } from '../../lib/device-types.ts'
import { deviceTitle, makeOf } from '../../lib/device-words.ts'
import { purdueTitle } from '../../lib/standing-words.ts'
import { PresenceSign } from '../../ui/presence.tsx'
import { Ago, Dot, Sign } from '../../ui/signs.tsx'
import { TypeIcon } from '../../ui/type-icon.tsx'

interface DeviceRowProps {
  device: Device
  index: number
  top: number
  height: number
  zone: string
  active: boolean
  selected: boolean
  select: (id: string) => void
}

export const DeviceRow = memo(function DeviceRow(p: DeviceRowProps) {
  const { device: d } = p
  const title = deviceTitle(d)
  const type = d.identity.type.value
  const address = d.ips?.[0] ?? d.macs?.[0] ?? ''
  return (
    <div
      role="row"
      aria-rowindex={p.index + 2}
      className="dt-row"
      data-active={p.active || undefined}
      data-selected={p.selected || undefined}
      style={{ height: p.height, transform: `translateY(${p.top}px)` }}
    >
      <span role="cell" className="dt-check">
        <label className="dt-check-hit">
          <span className="visually-hidden">Select {title}</span>
          <input type="checkbox" className="checkbox" checked={p.selected} onChange={() => p.select(d.id)} />
        </label>
      </span>
      <span role="cell" className="dt-name">
        <TypeIcon type={type} category={typeCategory(type)} />
        <span className="clip">
          <Link to="/devices/$id" params={{ id: d.id }} className="dt-link">
            {title}
          </Link>
          <span className="quiet dt-type"> {type === 'unknown' ? 'not recognised' : typeTitle(type)}</span>
        </span>
        {d.quarantined && (
          <span className="c-high" title="In quarantine">
            <ShieldBan size={14} role="img" aria-label="In quarantine" />
          </span>
        )}
        {!!d.open_alerts && (
          <span className="dt-alerts" title={`${d.open_alerts} open alerts`}>
            <Bell size={12} aria-hidden="true" />
            {d.open_alerts}
            <span className="visually-hidden"> open alerts</span>
          </span>
        )}
      </span>
      <span role="cell" className="dt-make clip">
        {makeOf(d) || <span className="quiet">not known</span>}
      </span>
      <span role="cell" className="dt-address mono clip">
        {address}
      </span>
      <span role="cell" className="dt-zone clip">
        {p.zone || <span className="quiet">none</span>}
      </span>
      <span role="cell" className="dt-criticality">
        <Standing device={d} />
      </span>
      <span role="cell" className="dt-risk">
        <Risk device={d} />
      </span>
      <span role="cell" className="dt-last">
        <span className="row">
          <Dot seen={d.last_seen} />
          <Ago time={d.last_seen} />
        </span>
        {d.presence?.state !== 'present' && <PresenceSign of={d.presence} />}
      </span>
    </div>
  )
})

function Standing({ device: { standing } }: { device: Device }) {
  const level = standing?.purdue_level?.value
  return (
    <>
      {standing?.criticality?.value ?? <span className="quiet">not known</span>}
      {level && (
        <span className="quiet dt-purdue" title={`Purdue level ${purdueTitle(level)}`}>
          <span className="visually-hidden">Purdue level </span>
          <span aria-hidden="true">L</span>
          {level}
        </span>
      )}
    </>
  )
}

function Risk({ device: { risk } }: { device: Device }) {
  if (!risk || risk.level === 'unknown') return <Sign grade="unknown">not assessed</Sign>
  return (
    <Sign grade={risk.level}>
      <span className="dt-score">{Math.round(risk.score)}</span>
      <span className="dt-level">{risk.level}</span>
    </Sign>
  )
}

/** A row that is on its way; it keeps the shape. */
export function BlankRow({ height, top }: { height: number; top?: number }) {
  const style = top === undefined ? { height } : { height, transform: `translateY(${top}px)` }
  return (
    <div role="row" className="dt-row dt-blank" style={style} data-flow={top === undefined || undefined}>
      <span role="cell" className="dt-check" />
      {['dt-name', 'dt-make', 'dt-address', 'dt-zone', 'dt-criticality', 'dt-risk', 'dt-last'].map((c) => (
        <span role="cell" key={c} className={c}>
          <span className="skeleton" />
        </span>
      ))}
    </div>
  )
}
