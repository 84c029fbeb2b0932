import type { DeviceType } from '../api/types.ts'
import { words } from './format.ts'

// The server's list of kinds of device, known from the moment someone is
// logged in. Until then, and for a kind newer than the list, the name does.
type Kind = Pick<DeviceType, 'name' | 'title' | 'category'> &
  Partial<Pick<DeviceType, 'criticality' | 'purdue_level' | 'zone'>>

let types = new Map<string, Kind>()

export function learnTypes(list: Kind[]): void {
  types = new Map(list.map((t) => [t.name, t]))
}

export const typeTitle = (name: string): string => types.get(name)?.title ?? words(name)

/** All kinds by title, for a person to choose from. */
export const allTypes = (): Kind[] =>
  [...types.values()].filter((t) => t.name !== 'unknown').sort((a, b) => a.title.localeCompare(b.title))

/** The name of the kind that has this title, or is called so. */
export function typeNamed(title: string): string | undefined {
  const wanted = title.trim().toLowerCase()
  return [...types.values()].find((t) => t.title.toLowerCase() === wanted || t.name === wanted)?.name
}

export const typeCategory = (name: string): string => types.get(name)?.category ?? 'other'

/** How devices of a kind are expected to stand; nothing for one that is not known. */
export function typeStanding(
  name: string,
): Partial<Record<'criticality' | 'purdue_level' | 'zone_kind', string>> | undefined {
  const t = types.get(name)
  if (!t || name === 'unknown') return undefined
  return { criticality: t.criticality, purdue_level: t.purdue_level?.toString(), zone_kind: t.zone }
}

const categories: Record<string, string> = {
  ot: 'Industrial control',
  building: 'Building',
  medical: 'Medical',
  retail: 'Retail',
  camera: 'Cameras',
  home: 'Home',
  media: 'Media',
  office: 'Office',
  network: 'Network',
  computer: 'Computers',
  other: 'Other',
  unknown: 'Unknown',
}

export const categoryTitle = (name: string): string => categories[name] ?? words(name)
