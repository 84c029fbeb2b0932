// What a chart needs to know about numbers: scales, ticks and paths.

export interface Point {
  x: number
  y: number
}

export type Scale = (v: number) => number

/** A straight map from [d0, d1] to [r0, r1]; an empty domain maps to the middle. */
export function scale(d0: number, d1: number, r0: number, r1: number): Scale {
  if (d0 === d1) return () => (r0 + r1) / 2
  const k = (r1 - r0) / (d1 - d0)
  return (v) => r0 + (v - d0) * k
}

/** Round values that cover [min, max] in about `want` steps. */
export function ticks(min: number, max: number, want: number): number[] {
  if (!(max > min)) return [min]
  const rough = (max - min) / Math.max(1, want)
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough) ?? power * 10
  const out: number[] = []
  for (let v = Math.ceil(min / step) * step; v <= max + step / 1e6; v += step)
    out.push(Number(v.toPrecision(12)))
  return out
}

const at = (p: Point): string => `${p.x.toFixed(1)},${p.y.toFixed(1)}`

/** An SVG path through the points. */
export function linePath(points: Point[]): string {
  return points.length === 0 ? '' : `M${points.map(at).join('L')}`
}

/** A closed SVG path between an upper and a lower line. */
export function bandPath(upper: Point[], lower: Point[]): string {
  if (upper.length === 0) return ''
  return `${linePath(upper)}L${[...lower].reverse().map(at).join('L')}Z`
}

/** The index of the point nearest to x; points are ordered by x. */
export function nearest(points: Point[], x: number): number {
  let best = 0
  for (let i = 1; i < points.length; i++) {
    if (Math.abs((points[i] as Point).x - x) < Math.abs((points[best] as Point).x - x)) best = i
  }
  return best
}
