import { measured } from '../lib/format.ts'
import { scale } from '../lib/series.ts'
import './charts.css'

interface BulletProps {
  label: string
  observed: number
  normal: number
  /** Half the width of what is normal. */
  spread: number
  /** Above it is unusual; 0 when not known yet. */
  threshold: number
  unit?: string
}

/** Observed against normal on one line: a band, a limit and a point. */
export function Bullet({ label, observed, normal, spread, threshold, unit = '' }: BulletProps) {
  const top = Math.max(observed, threshold, normal + spread) * 1.08 || 1
  const x = scale(0, top, 0, 100)
  const low = x(Math.max(0, normal - spread))
  const unusual = threshold > 0 && observed > threshold
  return (
    <div className="bullet chart">
      <svg
        viewBox="0 0 100 26"
        preserveAspectRatio="none"
        role="img"
        aria-label={`${label}: ${measured(observed)} ${unit}`}
      >
        <line
          x1="0"
          x2="100"
          y1="13"
          y2="13"
          stroke="var(--line-2)"
          strokeWidth="1"
          vectorEffect="non-scaling-stroke"
        />
        <rect
          x={low}
          width={Math.max(0.5, x(normal + spread) - low)}
          y="7"
          height="12"
          rx="1"
          fill="var(--accent)"
          opacity=".22"
        />
        {threshold > 0 && (
          <line
            className="limit"
            x1={x(threshold)}
            x2={x(threshold)}
            y1="2"
            y2="24"
            vectorEffect="non-scaling-stroke"
          />
        )}
        <line
          x1={x(observed)}
          x2={x(observed)}
          y1="3"
          y2="23"
          stroke={unusual ? 'var(--high)' : 'var(--accent)'}
          strokeWidth="4"
          strokeLinecap="round"
          vectorEffect="non-scaling-stroke"
        />
      </svg>
      <div className="row spread small quiet">
        <span>
          normally {measured(normal)} {unit}
        </span>
        {threshold > 0 && <span>unusual above {measured(threshold)}</span>}
        <strong className={unusual ? 'c-high' : undefined}>
          {unusual ? 'now unusual: ' : 'now '}
          {measured(observed)} {unit}
        </strong>
      </div>
    </div>
  )
}
