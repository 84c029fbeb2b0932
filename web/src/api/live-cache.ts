import type { InfiniteData, QueryClient } from '@tanstack/react-query'
import type { Action, Alert, Device, DeviceChange, List, Live, Sensor, Upload } from './types.ts'

// Brings live changes into the query cache. What is on the screen changes in
// its place; lists do not grow or reorder by themselves: they are told how many
// newcomers wait, and take them when the reader says so.

type Waiting = 'devices' | 'alerts'

/** How many newcomers wait for each list. */
export class Newcomers {
  private readonly ids: Record<Waiting, Set<string>> = { devices: new Set(), alerts: new Set() }
  private counts: Record<Waiting, number> = { devices: 0, alerts: 0 }
  private readonly listeners = new Set<() => void>()

  readonly snapshot = (): Record<Waiting, number> => this.counts

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  add(list: Waiting, id: string): void {
    this.ids[list].add(id)
  }

  clear(list: Waiting): void {
    this.ids[list].clear()
    this.publish()
  }

  publish(): void {
    const next = { devices: this.ids.devices.size, alerts: this.ids.alerts.size }
    if (next.devices === this.counts.devices && next.alerts === this.counts.alerts) return
    this.counts = next
    for (const l of this.listeners) l()
  }
}

export interface Applier {
  (batch: Live[]): void
}

/** Returns the function that applies batches. Expensive re-reads happen at most every `every` ms. */
export function liveCache(client: QueryClient, newcomers: Newcomers, every = 3000): Applier {
  const stale = new Set<string>()
  let timer: ReturnType<typeof setTimeout> | undefined

  const later = (key: string): void => {
    stale.add(key)
    timer ??= setTimeout(() => {
      timer = undefined
      const keys = [...stale]
      stale.clear()
      for (const k of keys) void client.invalidateQueries({ queryKey: k.split(' ') })
    }, every)
  }

  return (batch) => {
    const devices = new Map<string, Device>()
    const alerts = new Map<string, Alert>()
    for (const m of batch) sortIn(m, devices, alerts, client, later)
    applyDevices(client, devices, batch.flatMap(arrival), newcomers, later)
    applyAlerts(client, alerts, newcomers, later)
    newcomers.publish()
  }
}

/** The id of the device that a message tells the arrival of, if it does. */
function arrival(m: Live): string[] {
  if (m.type !== 'device.timeline') return []
  const { kind, device_id } = m.data as Partial<DeviceChange>
  return kind === 'new' ? [device_id ?? m.id] : []
}

function sortIn(
  m: Live,
  devices: Map<string, Device>,
  alerts: Map<string, Alert>,
  client: QueryClient,
  later: (key: string) => void,
): void {
  switch (m.type) {
    case 'device.changed':
      devices.set(m.id, m.data as Device)
      break
    case 'device.removed':
      later('devices')
      later('facets')
      later(`device ${m.id}`)
      break
    case 'alert.changed':
      alerts.set(m.id, m.data as Alert)
      break
    case 'device.timeline':
      later(`device-part ${(m.data as { device_id?: string }).device_id ?? m.id} /devices/{id}/timeline`)
      break
    case 'risk.changed':
    case 'vulnerability.changed':
      later(`device-part ${(m.data as { device_id?: string }).device_id ?? m.id}`)
      break
    case 'action.changed':
      applyAction(client, m.data as Action)
      later('overview')
      break
    case 'sensor.changed':
      upsert<Sensor>(client, ['sensors'], m.data as Sensor)
      break
    case 'upload.changed':
      upsert<Upload>(client, ['uploads'], m.data as Upload)
      break
    default:
      later('overview')
  }
}

function applyDevices(
  client: QueryClient,
  changed: Map<string, Device>,
  arrived: string[],
  newcomers: Newcomers,
  later: (key: string) => void,
): void {
  if (changed.size === 0 && arrived.length === 0) return
  const shown = new Set<string>()
  for (const [key, list] of client.getQueriesData<List<Device>>({ queryKey: ['devices'] })) {
    const items = replace(list?.items, changed, shown)
    if (list && items) client.setQueryData(key, { ...list, items })
  }
  for (const [id, device] of changed) {
    if (client.getQueryState(['device', id])) client.setQueryData(['device', id], device)
  }
  for (const id of arrived) if (!shown.has(id)) newcomers.add('devices', id)
  later('facets')
  later('overview')
}

function applyAlerts(
  client: QueryClient,
  changed: Map<string, Alert>,
  newcomers: Newcomers,
  later: (key: string) => void,
): void {
  if (changed.size === 0) return
  const shown = new Set<string>()
  for (const [key, data] of client.getQueriesData<InfiniteData<List<Alert>>>({ queryKey: ['alerts'] })) {
    if (!data) continue
    let touched = false
    const pages = data.pages.map((page) => {
      const items = replace(page.items, changed, shown)
      touched ||= !!items
      return items ? { ...page, items } : page
    })
    if (touched) client.setQueryData(key, { ...data, pages })
  }
  for (const [id, alert] of changed) {
    client.setQueryData(['alert', id], alert)
    if (!shown.has(id) && alert.state === 'open') newcomers.add('alerts', id)
    if (alert.device) later(`device-part ${alert.device} /devices/{id}/alerts`)
  }
  later('alerts-open')
  later('overview')
}

/** The items with the changed ones in their places, or undefined when none is among them. */
function replace<T extends { id: string }>(
  items: T[] | undefined,
  changed: Map<string, T>,
  shown: Set<string>,
): T[] | undefined {
  let touched = false
  const next = items?.map((item) => {
    const now = changed.get(item.id)
    if (!now) return item
    shown.add(item.id)
    touched = true
    return now
  })
  return touched ? next : undefined
}

function applyAction(client: QueryClient, action: Action): void {
  for (const key of [
    ['actions', ''],
    ['actions', action.device_id],
  ])
    upsert(client, key, action)
}

/** Puts the item in its place in a whole list, or at its head. */
function upsert<T extends { id: string }>(client: QueryClient, key: string[], item: T): void {
  client.setQueryData<List<T>>(key, (list) => {
    if (!list) return list
    const at = list.items.findIndex((i) => i.id === item.id)
    if (at < 0) return { ...list, items: [item, ...list.items], total: list.total + 1 }
    return { ...list, items: list.items.with(at, item) }
  })
}
