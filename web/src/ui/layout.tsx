import type { ReactNode } from 'react'

interface PageProps {
  title: string
  lead?: ReactNode
  actions?: ReactNode
  children: ReactNode
  className?: string
}

/** A page with its one heading. */
export function Page({ title, lead, actions, children, className = '' }: PageProps) {
  return (
    <div className={`page ${className}`}>
      <header className="page-head">
        <div>
          <h1>{title}</h1>
          {lead && <p className="page-lead">{lead}</p>}
        </div>
        {actions && <div className="row">{actions}</div>}
      </header>
      {children}
    </div>
  )
}

interface CardProps {
  title?: string
  aside?: ReactNode
  children: ReactNode
  className?: string
}

/** A sheet on the page with an optional title. */
export function Card({ title, aside, children, className = '' }: CardProps) {
  return (
    <section className={`card ${className}`} aria-label={title}>
      {title && (
        <div className="card-head">
          <h2>{title}</h2>
          {aside}
        </div>
      )}
      <div className="card-body">{children}</div>
    </section>
  )
}

/** Names and values side by side. Entries without a value are left out. */
export function Facts({ of }: { of: [string, ReactNode][] }) {
  return (
    <dl className="facts">
      {of
        .filter(([, v]) => v !== undefined && v !== null && v !== '' && v !== false)
        .map(([k, v]) => (
          <div key={k} style={{ display: 'contents' }}>
            <dt>{k}</dt>
            <dd>{v}</dd>
          </div>
        ))}
    </dl>
  )
}

interface TableProps {
  label: string
  head: ReactNode[]
  numeric?: number[]
  children: ReactNode
}

/** A plain table that scrolls sideways when it must. */
export function Table({ label, head, numeric = [], children }: TableProps) {
  return (
    // A region that scrolls must be reachable by the keyboard.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="table-wrap" role="region" aria-label={label} tabIndex={0}>
      <table className="table">
        <thead>
          <tr>
            {head.map((h, i) =>
              h === '' ? (
                <td key={i} />
              ) : (
                <th key={i} scope="col" className={numeric.includes(i) ? 'num' : undefined}>
                  {h}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  )
}
