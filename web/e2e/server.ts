import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'

// Starts `heron demo` for the scenarios. HERON_BIN names a binary; without it
// one is built, with the page that `npm run build` left.

declare module 'vitest' {
  export interface ProvidedContext {
    base: string
    password: string
  }
}

const web = new URL('..', import.meta.url).pathname

export default async function start(project: TestProject): Promise<() => Promise<void>> {
  const dir = mkdtempSync(join(tmpdir(), 'heron-e2e-'))
  const port = await freePort()
  const demo = spawn(binary(dir), ['demo', '--listen', `127.0.0.1:${port}`, '--data', join(dir, 'data')])
  let said = ''
  const password = await new Promise<string>((resolve, reject) => {
    const hear = (chunk: Buffer): void => {
      said += chunk.toString()
      const found = /password (\S+)/.exec(said)?.[1]
      if (found) resolve(found)
    }
    demo.stdout.on('data', hear)
    demo.stderr.on('data', hear)
    demo.on('exit', (code) => reject(new Error(`heron demo ended with ${code}:\n${said}`)))
    setTimeout(() => reject(new Error(`heron demo printed no password within 60 s:\n${said}`)), 60_000)
  })
  project.provide('base', `http://127.0.0.1:${port}`)
  project.provide('password', password)
  return async () => {
    const ended = new Promise((resolve) => demo.once('exit', resolve))
    demo.kill('SIGINT')
    const late = setTimeout(() => demo.kill('SIGKILL'), 8000)
    await ended
    clearTimeout(late)
    rmSync(dir, { recursive: true, force: true })
  }
}

function binary(dir: string): string {
  const given = process.env.HERON_BIN
  if (given) return given
  if (!existsSync(join(web, 'dist/app/index.html'))) {
    throw new Error('the page is not built: run `npm run build` first')
  }
  const path = join(dir, 'heron')
  execFileSync('go', ['build', '-o', path, './cmd/heron'], { cwd: join(web, '..'), stdio: 'inherit' })
  return path
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const s = createServer()
    s.on('error', reject)
    s.listen(0, '127.0.0.1', () => {
      const { port } = s.address() as AddressInfo
      s.close(() => resolve(port))
    })
  })
}
