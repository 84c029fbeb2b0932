import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { facetsQuery, type DeviceFilter } from '../../api/devices.ts'
import type { Facet, PresenceState, RiskLevel, Sensor, Zone } from '../../api/types.ts'
import { brief, words } from '../../lib/format.ts'
import { typeCategory, typeTitle } from '../../lib/device-types.ts'
import { levels } from '../../lib/levels.ts'
import { criticalities, purdueLevels, purdueTitle } from '../../lib/standing-words.ts'
import { presenceStates, presenceWord } from '../../ui/presence.tsx'
import { Shape } from '../../ui/signs.tsx'
import { TypeIcon } from '../../ui/type-icon.tsx'
import { Await, Skeleton } from '../../ui/states.tsx'

export type FacetName =
  'level' | 'criticality' | 'type' | 'zone' | 'purdue_level' | 'vendor' | 'presence' | 'sensor'

interface FacetPanelProps {
  filter: DeviceFilter
  zones: Zone[]
  sensors: Sensor[]
  toggle: (facet: FacetName, value: string) => void
}

/** What there is to choose from, with counts. */
export function FacetPanel({ filter, zones, sensors, toggle }: FacetPanelProps) {
  const facets = useQuery(facetsQuery(filter))
  const nameOf: Record<FacetName, (v: string) => string> = {
    level: (v) => (v === 'unknown' ? 'Not assessed' : words(v)),
    criticality: words,
    purdue_level: purdueTitle,
    presence: (v) => words(presenceWord(v as PresenceState)),
    type: typeTitle,
    zone: (v) => zones.find((z) => z.id === v)?.name ?? (v || 'No zone'),
    vendor: (v) => v || 'Not known',
    sensor: (v) => sensors.find((s) => s.id === v)?.name ?? (v || 'None'),
  }
  const titles: [FacetName, string][] = [
    ['level', 'Risk'],
    ['criticality', 'Criticality'],
    ['type', 'Type'],
    ['zone', 'Zone'],
    ['purdue_level', 'Purdue level'],
    ['vendor', 'Vendor'],
    ['presence', 'Presence'],
    ['sensor', 'Sensor'],
  ]
  // What is wrong with the search is said once, where the devices would be.
  if (facets.isError && !facets.data) return null
  return (
    <Await query={facets} what="The counts" loading={<Skeleton lines={14} />}>
      {(all) => (
        <div className="facets">
          {titles.map(([name, title]) => (
            <FacetGroup
              key={name}
              name={name}
              title={title}
              values={ordered(name, all[name] ?? [])}
              chosen={filter[name] ?? []}
              nameOf={nameOf[name]}
              toggle={toggle}
            />
          ))}
        </div>
      )}
    </Await>
  )
}

// Values that have an order of their own stand in it; of the others, most first.
const orders: Partial<Record<FacetName, readonly string[]>> = {
  level: levels,
  criticality: criticalities,
  purdue_level: purdueLevels,
  presence: presenceStates,
}

function ordered(name: FacetName, values: Facet[]): Facet[] {
  const order = orders[name]
  if (!order) return values
  return [...values].sort((a, b) => order.indexOf(a.value) - order.indexOf(b.value))
}

interface FacetGroupProps {
  name: FacetName
  title: string
  values: Facet[]
  chosen: string[]
  nameOf: (v: string) => string
  toggle: (facet: FacetName, value: string) => void
}

const few = 6

function FacetGroup({ name, title, values, chosen, nameOf, toggle }: FacetGroupProps) {
  const [all, setAll] = useState(false)
  const missing = chosen
    .filter((c) => !values.some((v) => v.value === c))
    .map((value) => ({ value, count: 0 }))
  const list = [...values, ...missing]
  if (list.length === 0) return null
  const shown = all ? list : list.filter((v, i) => i < few || chosen.includes(v.value))
  return (
    <fieldset className="facet">
      <legend>{title}</legend>
      {shown.map((v) => (
        <label key={v.value} className="facet-row">
          <input
            type="checkbox"
            className="checkbox"
            checked={chosen.includes(v.value)}
            onChange={() => toggle(name, v.value)}
          />
          {name === 'level' && <Shape grade={v.value as RiskLevel} size={11} />}
          {name === 'type' && <TypeIcon type={v.value} category={typeCategory(v.value)} size={15} />}
          <span className="clip">{nameOf(v.value)}</span>
          <span className="quiet num">{brief(v.count)}</span>
        </label>
      ))}
      {list.length > few && (
        <button type="button" className="link small" onClick={() => setAll(!all)}>
          {all ? 'Fewer' : `${list.length - few} more`}
        </button>
      )}
    </fieldset>
  )
}
