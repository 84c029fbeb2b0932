// Numbers as people read them.

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })

/** 100,000 */
export const count = (n: number): string => whole.format(n)

/** 1.2M */
export const brief = (n: number): string => (Math.abs(n) < 10_000 ? whole.format(n) : compact.format(n))

/** 3 devices, 1 device. The plural adds an s unless given. */
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`
}

/** 1.4 MB; powers of 1,000, as network people count. */
export function bytes(n: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']
  let i = 0
  let v = n
  while (v >= 1000 && i < units.length - 1) {
    v /= 1000
    i++
  }
  return `${i === 0 || v >= 100 ? Math.round(v) : v.toFixed(1)} ${units[i]}`
}

/** 93 % */
export const percent = (share: number): string => `${Math.round(share * 100)} %`

/** A confidence: never quite 100 %, for it never is. */
export const confidence = (share: number): string => percent(Math.min(share, 0.99))

/** A measured value of unknown size: few digits, no exponent. */
export function measured(n: number): string {
  if (Math.abs(n) >= 10_000) return compact.format(n)
  return Math.abs(n) >= 100 || Number.isInteger(n) ? whole.format(n) : n.toFixed(n < 1 ? 2 : 1)
}

/** First letter upper case, underscores and dots as spaces. */
export function words(name: string): string {
  const text = name.replace(/[_.]+/g, ' ').trim()
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** "a", "a and b", "a, b and c". */
export function listed(parts: string[]): string {
  if (parts.length < 2) return parts[0] ?? ''
  return `${parts.slice(0, -1).join(', ')} and ${parts[parts.length - 1]}`
}
