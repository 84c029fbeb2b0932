import { useId, useMemo, useState, type PointerEvent } from 'react'
import { axisTime, exact } from '../lib/time.ts'
import { measured } from '../lib/format.ts'
import { bandPath, linePath, nearest, scale, ticks, type Point } from '../lib/series.ts'
import { useWidth } from './use-width.ts'
import { Table } from './layout.tsx'
import './charts.css'

export interface Sample {
  time: number // milliseconds
  value: number
  low?: number
  high?: number
  note?: string
}

interface LineChartProps {
  samples: Sample[]
  /** What the chart shows, as a sentence for those who cannot see it. */
  label: string
  unit?: string
  max?: number
  height?: number
}

const pad = { left: 34, right: 10, top: 10, bottom: 22 }

/** One line over time, with the range of what is not known and the causes of its moves. */
export function LineChart({ samples, label, unit = '', max, height = 190 }: LineChartProps) {
  const [ref, width] = useWidth()
  const [over, setOver] = useState<number | null>(null)
  const id = useId()
  const plot = useMemo(() => layOut(samples, width, height, max), [samples, width, height, max])
  const move = (e: PointerEvent): void => {
    const box = e.currentTarget.getBoundingClientRect()
    setOver(nearest(plot.line, e.clientX - box.left))
  }
  const sample = over === null ? undefined : samples[over]
  const point = over === null ? undefined : plot.line[over]
  return (
    <figure className="chart" ref={ref}>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        height={height}
        role="img"
        aria-labelledby={id}
        onPointerMove={move}
        onPointerLeave={() => setOver(null)}
      >
        <title id={id}>{label}</title>
        {plot.y.map((t) => (
          <g key={t.value}>
            <line className="axis" x1={pad.left} x2={width - pad.right} y1={t.at} y2={t.at} />
            <text x={pad.left - 8} y={t.at + 4} textAnchor="end">
              {measured(t.value)}
            </text>
          </g>
        ))}
        {plot.x.map((t) => (
          <text key={t.at} x={t.at} y={height - 4} textAnchor="middle">
            {t.text}
          </text>
        ))}
        <path className="band" d={plot.band} />
        <path className="line" d={plot.path} />
        {plot.line.map(
          (p, i) => samples[i]?.note && <circle key={i} className="mark" cx={p.x} cy={p.y} r={3.5} />,
        )}
        {point && <line className="cursor" x1={point.x} x2={point.x} y1={pad.top} y2={height - pad.bottom} />}
      </svg>
      {sample && point && (
        <div
          className="chart-tip"
          style={point.x > width / 2 ? { right: width - point.x + 8 } : { left: point.x + 8 }}
        >
          <strong>
            {measured(sample.value)} {unit}
          </strong>
          <div>{exact(new Date(sample.time).toISOString())}</div>
          {sample.note && <div>{sample.note}</div>}
        </div>
      )}
      <ChartTable samples={samples} label={label} unit={unit} />
    </figure>
  )
}

function layOut(samples: Sample[], width: number, height: number, max: number | undefined) {
  const times = samples.map((s) => s.time)
  const t0 = Math.min(...times)
  const t1 = Math.max(...times)
  const top = max ?? (Math.max(...samples.map((s) => s.high ?? s.value)) * 1.1 || 1)
  const x = scale(t0, t1, pad.left + 4, width - pad.right)
  const y = scale(0, top, height - pad.bottom, pad.top)
  const line: Point[] = samples.map((s) => ({ x: x(s.time), y: y(s.value) }))
  const band = bandPath(
    samples.map((s) => ({ x: x(s.time), y: y(s.high ?? s.value) })),
    samples.map((s) => ({ x: x(s.time), y: y(s.low ?? s.value) })),
  )
  const steps = Math.max(2, Math.min(6, Math.floor(width / 130)))
  return {
    line,
    path: linePath(line),
    band,
    y: ticks(0, top, 4).map((value) => ({ value, at: y(value) })),
    x: Array.from({ length: steps }, (_, i) => {
      const ms = t0 + ((i + 0.5) / steps) * (t1 - t0)
      return { at: x(ms), text: axisTime(ms, t1 - t0) }
    }),
  }
}

/** The same as text, for whoever reads rather than looks. */
function ChartTable({ samples, label, unit }: { samples: Sample[]; label: string; unit: string }) {
  return (
    <details className="small">
      <summary className="quiet">As a table</summary>
      <Table label={label} head={['When', unit || 'Value', 'Why']} numeric={[1]}>
        {samples.map((s) => (
          <tr key={s.time}>
            <td>{exact(new Date(s.time).toISOString())}</td>
            <td className="num">{measured(s.value)}</td>
            <td>{s.note ?? ''}</td>
          </tr>
        ))}
      </Table>
    </details>
  )
}
