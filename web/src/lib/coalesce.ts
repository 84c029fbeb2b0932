// Many changes, few updates: the last value of each key wins, and the batch is
// handed on at most once per interval, however fast the changes come.

export interface Coalescer<T> {
  add(key: string, value: T): void
  flush(): void
  stop(): void
}

export function coalesce<T>(interval: number, hand: (batch: T[]) => void): Coalescer<T> {
  let waiting = new Map<string, T>()
  let timer: ReturnType<typeof setTimeout> | undefined

  const flush = (): void => {
    clearTimeout(timer)
    timer = undefined
    if (waiting.size === 0) return
    const batch = [...waiting.values()]
    waiting = new Map()
    hand(batch)
  }

  return {
    add(key, value) {
      waiting.set(key, value)
      timer ??= setTimeout(flush, interval)
    },
    flush,
    stop() {
      clearTimeout(timer)
      timer = undefined
      waiting.clear()
    },
  }
}
