import { useSyncExternalStore } from 'react'

const phone = '(max-width: 760px)'

function subscribe(changed: () => void): () => void {
  const query = window.matchMedia(phone)
  query.addEventListener('change', changed)
  return () => query.removeEventListener('change', changed)
}

/** The height of a row in pixels: two lines on a phone, one elsewhere. */
export function useRowHeight(): number {
  return useSyncExternalStore(subscribe, () => window.matchMedia(phone).matches) ? 64 : 40
}
