import type { QueryClient } from '@tanstack/react-query'
import { createContext, useCallback, useContext, useEffect, useSyncExternalStore } from 'react'
import { LiveConnection, type LiveStatus } from './live.ts'
import { liveCache, Newcomers } from './live-cache.ts'

export interface LiveStream {
  connection: LiveConnection
  newcomers: Newcomers
}

/** The page's one stream, feeding the query cache. */
export function createStream(client: QueryClient): LiveStream {
  const newcomers = new Newcomers()
  const connection = new LiveConnection({
    changes: liveCache(client, newcomers),
    reset: () => void client.invalidateQueries(),
  })
  return { connection, newcomers }
}

export const LiveContext = createContext<LiveStream | null>(null)

function useStream(): LiveStream {
  const stream = useContext(LiveContext)
  if (!stream) throw new Error('no LiveContext above')
  return stream
}

export function useLiveStatus(): LiveStatus & { pause(): void; resume(): void } {
  const { connection } = useStream()
  const status = useSyncExternalStore(connection.subscribe, connection.snapshot)
  return { ...status, pause: () => connection.stop('paused'), resume: () => connection.start() }
}

/** Keeps the stream open while someone is logged in. */
export function useLiveWhile(on: boolean): void {
  const { connection } = useStream()
  useEffect(() => {
    if (!on) return
    connection.start()
    return () => connection.stop()
  }, [connection, on])
}

/** How many newcomers wait for a list, and how to let them in. */
export function useNewcomers(list: 'devices' | 'alerts'): { waiting: number; clear(): void } {
  const { newcomers } = useStream()
  const counts = useSyncExternalStore(newcomers.subscribe, newcomers.snapshot)
  const clear = useCallback(() => newcomers.clear(list), [newcomers, list])
  return { waiting: counts[list], clear }
}
