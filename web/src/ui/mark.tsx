// Heron's face: one still line over water.

const bird =
  'M28.6 6.4 21.3 3.9c-2.6-.8-4.7.9-4.3 3.2.5 2.6 3.5 3.5 3 6.1-.6 3.1-5.5 3.7-13.8 5.5 3.4.9 6.6 1 9.6.2V27.6'

/** The mark. Decorative: the wordmark beside it says the name. */
export function Mark({ size = 28 }: { size?: number }) {
  return (
    <svg viewBox="0 0 32 32" width={size} height={size} aria-hidden="true" fill="none">
      <path d={bird} stroke="currentColor" strokeWidth="2.2" strokeLinejoin="round" strokeLinecap="round" />
      <path d="M3.5 28.4h25" stroke="currentColor" strokeWidth="2.2" strokeLinecap="round" />
    </svg>
  )
}

/** The heron waiting: for places where nothing happened yet. */
export function HeronArt({ width = 168 }: { width?: number }) {
  return (
    <svg viewBox="0 0 168 92" width={width} aria-hidden="true" fill="none" stroke="currentColor">
      <g
        transform="translate(52 4) scale(2.3)"
        strokeWidth="0.9"
        strokeLinejoin="round"
        strokeLinecap="round"
      >
        <path d={bird} />
        <circle cx="21" cy="6.1" r="0.3" fill="currentColor" />
      </g>
      <g strokeWidth="1.4" strokeLinecap="round">
        <path d="M10 68h60M98 68h60" />
        <path d="M44 75h36M92 75h42" opacity=".6" />
        <path d="M64 82h34" opacity=".35" />
      </g>
      <g strokeWidth="1.6" strokeLinecap="round" opacity=".55">
        <path d="M138 68c0-14 2-22 5-32M146 68c0-10 2-17 6-24M131 68c0-8-1-13-3-18" />
      </g>
    </svg>
  )
}
