import { coalesce, type Coalescer } from '../lib/coalesce.ts'
import type { Live } from './types.ts'

// The one WebSocket. It says where it stands, goes on where it stopped, and
// hands changes over in batches; what becomes of them is live-cache.ts's affair.

export type LiveState = 'connecting' | 'live' | 'reconnecting' | 'paused' | 'off'

export interface LiveStatus {
  state: LiveState
  /** When the server last said anything, in milliseconds of this clock. */
  heard: number
}

export interface LiveHandlers {
  /** Changes since the last call, the newest of each thing. */
  changes(batch: Live[]): void
  /** Too much was missed: everything shown must be read again. */
  reset(): void
}

export interface LiveOptions {
  url?: (since: number) => string
  /** Least milliseconds between two batches. */
  interval?: number
  /** Milliseconds of silence after which the connection is taken for dead. */
  patience?: number
  socket?: (url: string) => WebSocket
}

const defaultUrl = (since: number): string => {
  const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:'
  return `${scheme}//${location.host}/api/v1/live${since > 0 ? `?since=${since}` : ''}`
}

export class LiveConnection {
  private socket: WebSocket | undefined
  private seq = 0
  private tries = 0
  private timer: ReturnType<typeof setTimeout> | undefined
  private status: LiveStatus = { state: 'off', heard: 0 }
  private readonly listeners = new Set<() => void>()
  private readonly batch: Coalescer<Live>
  private readonly handlers: LiveHandlers
  private readonly options: Required<LiveOptions>

  constructor(handlers: LiveHandlers, options: LiveOptions = {}) {
    this.handlers = handlers
    this.options = {
      url: options.url ?? defaultUrl,
      interval: options.interval ?? 400,
      patience: options.patience ?? 60_000,
      socket: options.socket ?? ((url) => new WebSocket(url)),
    }
    this.batch = coalesce(this.options.interval, (changes) => this.handlers.changes(changes))
  }

  readonly snapshot = (): LiveStatus => this.status

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  start(): void {
    if (this.socket) return
    this.set({ state: this.seq > 0 ? 'reconnecting' : 'connecting' })
    const socket = this.options.socket(this.options.url(this.seq))
    this.socket = socket
    socket.onmessage = (e) => this.socket === socket && this.receive(String(e.data))
    socket.onclose = () => this.socket === socket && this.lost()
    this.watch()
  }

  /** Lets go of the connection; start goes on where it stopped. */
  stop(state: 'paused' | 'off' = 'off'): void {
    clearTimeout(this.timer)
    const socket = this.socket
    this.socket = undefined
    socket?.close()
    if (state === 'off') {
      this.seq = 0
      this.batch.stop()
    } else this.batch.flush()
    this.set({ state })
  }

  private receive(text: string): void {
    this.watch()
    const message = JSON.parse(text) as Live
    if (message.type === 'hello') {
      this.tries = 0
      this.seq = Math.max(this.seq, message.seq ?? 0)
      this.set({ state: 'live', heard: Date.now() })
      return
    }
    if (message.type === 'reset') {
      this.seq = message.seq ?? 0
      this.batch.stop()
      this.handlers.reset()
      return
    }
    if (message.seq > 0) this.seq = message.seq
    this.batch.add(keyOf(message), message)
    // Once a second is enough to show how old the data is.
    if (Date.now() - this.status.heard > 1000) this.set({ state: 'live', heard: Date.now() })
  }

  // A server that says nothing for too long is gone, whatever TCP believes.
  private watch(): void {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.lost(), this.options.patience)
  }

  private lost(): void {
    clearTimeout(this.timer)
    const socket = this.socket
    this.socket = undefined
    socket?.close()
    this.set({ state: 'reconnecting' })
    const wait = Math.min(15_000, 500 * 2 ** this.tries++) * (0.75 + Math.random() / 2)
    this.timer = setTimeout(() => this.start(), wait)
  }

  private set(change: Partial<LiveStatus>): void {
    this.status = { ...this.status, ...change }
    for (const l of this.listeners) l()
  }
}

// Entries of a timeline are all kept; of everything else only the newest counts.
function keyOf(m: Live): string {
  return m.type === 'device.timeline' ? `${m.type} ${m.seq}` : `${m.type} ${m.id}`
}
