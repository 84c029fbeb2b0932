import { lazy, Suspense } from 'react'
import type { RiskPoint } from '../../api/types.ts'
import { millis } from '../../lib/time.ts'
import { Empty, Skeleton } from '../../ui/states.tsx'

const LineChart = lazy(() => import('../../ui/line-chart.tsx').then((m) => ({ default: m.LineChart })))

export function RiskOverTime({ points }: { points: RiskPoint[] }) {
  if (points.length < 2) {
    return (
      <Empty title="No history yet" art={false}>
        Risk is written down as devices are assessed; a line needs two points.
      </Empty>
    )
  }
  const samples = points.map((p) => ({
    time: millis(p.time),
    value: p.score,
    low: p.low,
    high: p.high,
    note: p.cause,
  }))
  const causes = points.filter((p) => p.cause).slice(-3)
  const last = points[points.length - 1]
  return (
    <div className="stack-s">
      <Suspense fallback={<Skeleton lines={1} height={190} />}>
        <LineChart
          samples={samples}
          max={100}
          unit="risk"
          label={`Risk of the network over time, now ${Math.round(last?.score ?? 0)} of 100`}
        />
      </Suspense>
      {causes.length > 0 && <p className="small quiet">Latest cause: {causes[causes.length - 1]?.cause}</p>}
    </div>
  )
}
