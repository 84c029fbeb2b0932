// The one place that talks HTTP. Everything else asks through it.
import type { Answer, Asked, Template } from './typed.ts'

/** What the server said was wrong (RFC 9457), or that it could not be reached (status 0). */
export class Problem extends Error {
  readonly status: number
  readonly title: string

  constructor(status: number, title: string, detail: string) {
    super(detail)
    this.name = 'Problem'
    this.status = status
    this.title = title
  }

  /** Someone changed the thing meanwhile. */
  get conflict(): boolean {
    return this.status === 409 || this.status === 412
  }
}

type Query = Record<string, string | number | boolean | string[] | undefined>

interface CallOptions {
  path?: unknown
  query?: unknown
  body?: unknown
  version?: number
  signal?: AbortSignal
}

const root = '/api/v1'
let csrf = ''

/** The session's CSRF token goes out with every change from now on. */
export function setCsrf(token: string): void {
  csrf = token
}

/** Fills `{name}` in a path template and appends the query. */
export function address(template: string, path: unknown = {}, query: unknown = {}): string {
  const filled = template.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent((path as Record<string, string>)[name] ?? ''),
  )
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(query as Query)) {
    if (value === undefined || value === '') continue
    if (Array.isArray(value)) {
      for (const v of value) params.append(name, v) // repeated: vendors have commas in their names
    } else params.set(name, String(value))
  }
  const tail = params.toString()
  return root + filled + (tail ? `?${tail}` : '')
}

/** Makes a Problem of an answer that is not a success. */
export function problemOf(status: number, text: string): Problem {
  try {
    const p = JSON.parse(text) as { title?: string; detail?: string; errors?: { message?: string }[] | null }
    const more = (p.errors ?? []).map((e) => e.message).filter(Boolean)
    const detail = [p.detail, ...more].filter(Boolean).join(': ')
    return new Problem(
      status,
      p.title ?? `HTTP ${status}`,
      detail || p.title || `The server answered ${status}.`,
    )
  } catch {
    return new Problem(status, `HTTP ${status}`, `The server answered ${status} without saying why.`)
  }
}

function headersFor(method: string, opt: CallOptions): Headers {
  const headers = new Headers({ Accept: 'application/json' })
  if (opt.body !== undefined) headers.set('Content-Type', 'application/json')
  if (method !== 'GET' && csrf) headers.set('X-CSRF-Token', csrf)
  if (opt.version) headers.set('If-Match', `"${opt.version}"`)
  return headers
}

/** Sends a request and returns the decoded answer; anything but success throws a Problem. */
async function call<T>(method: string, template: string, opt: CallOptions = {}): Promise<T> {
  let answer: Response
  try {
    answer = await fetch(address(template, opt.path, opt.query), {
      method,
      headers: headersFor(method, opt),
      body: opt.body === undefined ? undefined : JSON.stringify(opt.body),
      signal: opt.signal,
      credentials: 'same-origin',
    })
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause
    throw new Problem(0, 'No answer', 'The server cannot be reached. Is Heron still running?')
  }
  const text = await answer.text()
  if (!answer.ok) throw problemOf(answer.status, text)
  return (text ? JSON.parse(text) : undefined) as T
}

// The same, held to the server's own description: a path, a query, a body or an
// answer that it does not know does not compile.

export const get = <P extends Template<'get'>>(
  template: P,
  ask?: Asked<P, 'get'>,
): Promise<Answer<P, 'get'>> => call('GET', template, ask)

export const post = <P extends Template<'post'>>(
  template: P,
  ask?: Asked<P, 'post'>,
): Promise<Answer<P, 'post'>> => call('POST', template, ask)

export const put = <P extends Template<'put'>>(
  template: P,
  ask?: Asked<P, 'put'>,
): Promise<Answer<P, 'put'>> => call('PUT', template, ask)

export const patch = <P extends Template<'patch'>>(
  template: P,
  ask?: Asked<P, 'patch'>,
): Promise<Answer<P, 'patch'>> => call('PATCH', template, ask)

export const remove = <P extends Template<'delete'>>(
  template: P,
  ask?: Asked<P, 'delete'>,
): Promise<Answer<P, 'delete'>> => call('DELETE', template, ask)

/** Saves a file that the server gives, under the name that it has there. */
export async function save<P extends Template<'get'>>(
  template: P,
  ask: Asked<P, 'get'>,
  name: string,
): Promise<void> {
  let answer: Response
  try {
    answer = await fetch(address(template, ask.path), { credentials: 'same-origin' })
  } catch {
    throw new Problem(0, 'No answer', 'The server cannot be reached. Is Heron still running?')
  }
  if (!answer.ok) throw problemOf(answer.status, await answer.text())
  const url = URL.createObjectURL(await answer.blob())
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}

/** Streams a file to the server; fetch cannot report progress, XMLHttpRequest can. */
export function send<T>(
  template: string,
  query: Query,
  file: File,
  progress: (share: number) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', address(template, {}, query))
    request.setRequestHeader('Content-Type', 'application/octet-stream')
    if (csrf) request.setRequestHeader('X-CSRF-Token', csrf)
    request.upload.onprogress = (e) => e.lengthComputable && progress(e.loaded / e.total)
    request.onerror = () =>
      reject(new Problem(0, 'No answer', 'The connection broke while sending the file.'))
    request.onload = () => {
      if (request.status < 300) resolve(JSON.parse(request.responseText) as T)
      else reject(problemOf(request.status, request.responseText))
    }
    request.send(file)
  })
}
