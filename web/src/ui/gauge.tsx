import './charts.css'

interface GaugeProps {
  score: number
  low: number
  high: number
  level: string
  label: string
}

/** A score from 0 to 100 with the range it may really lie in. */
export function Gauge({ score, low, high, level, label }: GaugeProps) {
  return (
    <div className={`gauge c-${level}`} role="img" aria-label={label}>
      <div className="gauge-range" style={{ left: `${low}%`, width: `${Math.max(1, high - low)}%` }} />
      <div className="gauge-point" style={{ left: `${score}%` }} />
    </div>
  )
}
