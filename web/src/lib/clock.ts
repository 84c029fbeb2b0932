import { useSyncExternalStore } from 'react'

// One timer for all ages on the page, so that they move together and cheaply.
let now = Date.now()
const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  timer ??= setInterval(() => {
    now = Date.now()
    for (const l of listeners) l()
  }, 5000)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

/** The time of the reader's clock in milliseconds, moving every five seconds. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now)
}
