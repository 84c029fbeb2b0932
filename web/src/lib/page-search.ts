// The part of the address behind "?": plain and short, as people would write
// it. A name may stand several times and then has several values.

export type PageSearch = Record<string, string | string[] | undefined>

export function parsePageSearch(text: string): PageSearch {
  const out: PageSearch = {}
  for (const [name, value] of new URLSearchParams(text)) {
    const before = out[name]
    if (before === undefined) out[name] = value
    else out[name] = Array.isArray(before) ? [...before, value] : [before, value]
  }
  return out
}

export function formatPageSearch(search: Record<string, unknown>): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(search)) {
    if (value === undefined || value === null || value === '') continue
    for (const v of Array.isArray(value) ? value : [value]) params.append(name, String(v))
  }
  const text = params.toString()
  return text && `?${text}`
}

/** The one value of a name, or undefined. */
export const text = (v: unknown): string | undefined => {
  const first: unknown = Array.isArray(v) ? v[0] : v
  return typeof first === 'string' && first !== '' ? first : undefined
}

/** All values of a name, or undefined for none. */
export const texts = (v: unknown): string[] | undefined => {
  const all = (Array.isArray(v) ? v : [v]).filter((x): x is string => typeof x === 'string' && x !== '')
  return all.length > 0 ? all : undefined
}

/** The list with the value put in, or taken out when it was there. */
export function toggled(list: string[] | undefined, value: string): string[] | undefined {
  const next = list?.includes(value) ? list.filter((v) => v !== value) : [...(list ?? []), value]
  return next.length > 0 ? next : undefined
}
