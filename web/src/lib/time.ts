// Times as people read them: short ages, exact moments in the reader's zone.

const minute = 60
const hour = 60 * minute
const day = 24 * hour

/** Milliseconds since the epoch, or 0 for a time that is not known. */
export function millis(t: string | undefined): number {
  const ms = t ? Date.parse(t) : 0
  return Number.isNaN(ms) ? 0 : ms
}

/** "3 s", "12 min", "5 h", "2 d": how long, in one unit. */
export function shortDuration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds))
  if (s < minute) return `${s} s`
  if (s < hour) return `${Math.floor(s / minute)} min`
  if (s < 2 * day) return `${Math.floor(s / hour)} h`
  return `${Math.floor(s / day)} d`
}

/** How long ago t was, in words: "now", "5 min ago", "never". */
export function ago(t: string | undefined, now: number): string {
  const ms = millis(t)
  if (!ms) return 'never'
  const seconds = (now - ms) / 1000
  if (seconds < 5) return 'now'
  return `${shortDuration(seconds)} ago`
}

/** How long until t: "in 5 min", or "due" when it is over. */
export function until(t: string | undefined, now: number): string {
  const ms = millis(t)
  if (!ms) return ''
  return ms <= now ? 'due' : `in ${shortDuration((ms - now) / 1000)}`
}

const exactFormat = new Intl.DateTimeFormat(undefined, {
  dateStyle: 'medium',
  timeStyle: 'long',
})
const clockFormat = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })
const secondsFormat = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
})
const dayFormat = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' })

/** The exact moment in the reader's zone. */
export function exact(t: string | undefined): string {
  const ms = millis(t)
  return ms ? exactFormat.format(ms) : 'not known'
}

/** The label of a moment on an axis that is `span` milliseconds wide. */
export function axisTime(ms: number, span: number): string {
  if (span > 2 * day * 1000) return dayFormat.format(ms)
  return (span < 10 * minute * 1000 ? secondsFormat : clockFormat).format(ms)
}

/** "14:02" today, "3 Nov, 14:02" on other days. */
export function clock(t: string | undefined, now: number): string {
  const ms = millis(t)
  if (!ms) return ''
  const today = new Date(now).toDateString() === new Date(ms).toDateString()
  return today ? clockFormat.format(ms) : `${dayFormat.format(ms)}, ${clockFormat.format(ms)}`
}

/** How fresh something seen at t is: what its dot shows. */
export function freshness(t: string | undefined, now: number): 'live' | 'recent' | 'quiet' | 'never' {
  const ms = millis(t)
  if (!ms) return 'never'
  const seconds = (now - ms) / 1000
  if (seconds < 5 * minute) return 'live'
  return seconds < day ? 'recent' : 'quiet'
}
