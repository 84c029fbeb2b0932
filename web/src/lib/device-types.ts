import type { DeviceType } from '../api/types.ts'
import { words } from './format.ts'

// The server's list of kinds of device, known from the moment someone is
// logged in. Until then, and for a kind newer than the list, the name does.
let types = new Map<string, DeviceType>()

export function learnTypes(list: DeviceType[]): void {
  types = new Map(list.map((t) => [t.name, t]))
}

export const typeTitle = (name: string): string => types.get(name)?.title ?? words(name)

export const typeCategory = (name: string): string => types.get(name)?.category ?? 'other'

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
