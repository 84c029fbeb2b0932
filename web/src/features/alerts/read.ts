import { useEffect } from 'react'
import type { Alert } from '../../api/types.ts'
import { recall, remember } from '../../lib/stored.ts'

// What this reader has read, by alert and how often it had come back by then.
// Only the newest thousand are remembered.
const most = 1000
const read = new Map(recall<[string, number][]>('read', []))

/** An alert that came back since it was read is unread again. */
export const isRead = (a: Alert): boolean => a.state === 'closed' || (read.get(a.id) ?? -1) >= a.count

export function useRead(a: Alert | undefined): void {
  useEffect(() => {
    if (!a || isRead(a)) return
    read.delete(a.id)
    read.set(a.id, a.count)
    remember('read', [...read].slice(-most))
  }, [a])
}
