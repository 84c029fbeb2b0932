import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
} from 'playwright-core'
import { inject } from 'vitest'

const quiet = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Debian's Chromium, or what CHROMIUM names. */
export function launch(): Promise<Browser> {
  const root = process.getuid?.() === 0
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: root ? [...quiet, '--no-sandbox'] : quiet,
  })
}

export interface Visit {
  context: BrowserContext
  page: Page
  /** Requests to anywhere but the server, and errors of the page. Both must stay empty. */
  outside: string[]
  errors: string[]
}

let state: Awaited<ReturnType<BrowserContext['storageState']>> | undefined

/** A logged-in page. The login happens once and is shared. */
export async function visit(
  browser: Browser,
  path: string,
  options: BrowserContextOptions = {},
): Promise<Visit> {
  const base = inject('base')
  const context = await browser.newContext({
    baseURL: base,
    storageState: state,
    reducedMotion: 'reduce',
    ...options,
  })
  const page = await context.newPage()
  const outside: string[] = []
  const errors: string[] = []
  context.on('request', (r) => {
    if (!r.url().startsWith(base) && !/^(data|blob):/.test(r.url())) outside.push(r.url())
  })
  page.on('pageerror', (e) => errors.push(e.message))
  await page.goto(path)
  if (!state) {
    await page.waitForSelector('.login')
    await page.getByLabel('Password').fill(inject('password'))
    await page.getByRole('button', { name: 'Log in' }).click()
    await page.waitForSelector('#main h1')
    state = await context.storageState()
  }
  await page.waitForSelector('#main :is(h1, .failure)')
  return { context, page, outside, errors }
}

interface Finding {
  id: string
  nodes: { target: unknown[]; failureSummary?: string }[]
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What axe finds wrong with the page as it stands, in lines. */
export async function audit(page: Page): Promise<string[]> {
  await page.evaluate(axe)
  const found = await page.evaluate(async () => {
    const run = (window as unknown as { axe: { run: (d: Document) => Promise<{ violations: Finding[] }> } })
      .axe.run
    return (await run(document)).violations
  })
  return found.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target.join(' ')}: ${n.failureSummary ?? ''}`))
}

/** Asks the API as the page would, with its session. */
export function api<T>(page: Page, method: string, path: string, body?: unknown): Promise<T> {
  return page.evaluate(
    async ([method, path, body]) => {
      const session = (await (await fetch('/api/v1/session')).json()) as { csrf: string }
      const answer = await fetch(`/api/v1${path}`, {
        method: method as string,
        headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': session.csrf },
        body: body === undefined ? undefined : JSON.stringify(body),
      })
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
      return answer.json() as unknown
    },
    [method, path, body] as const,
  ) as Promise<T>
}

/** Tries until it holds, for as long as a person would wait. */
export async function until(what: string, holds: () => Promise<boolean>, ms = 20_000): Promise<void> {
  const end = Date.now() + ms
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`${what}: not within ${ms} ms`)
    await new Promise((r) => setTimeout(r, 150))
  }
}
