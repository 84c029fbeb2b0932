import './charts.css'

interface BarsProps {
  label: string
  values: number[]
  /** What one bar says when pointed at. */
  title: (value: number, index: number) => string
  axis: string[]
  /** What it comes to, in words. */
  caption: string
}

/** A small histogram. */
export function Bars({ label, values, title, axis, caption }: BarsProps) {
  const most = Math.max(...values)
  if (!(most > 0)) return <p className="quiet small">Not known yet.</p>
  return (
    <figure>
      <div className="bars" role="img" aria-label={label}>
        {values.map((v, i) => (
          <i key={i} style={{ height: `${(v / most) * 100}%` }} title={title(v, i)} />
        ))}
      </div>
      <div className="bars-axis" aria-hidden="true">
        {axis.map((a) => (
          <span key={a}>{a}</span>
        ))}
      </div>
      <figcaption className="small quiet">{caption}</figcaption>
    </figure>
  )
}
