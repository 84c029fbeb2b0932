import { defineConfig } from 'vitest/config'

// Scenarios in a real browser against the real binary. They share one server
// and run in order: later ones build on what earlier ones left.
export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['e2e/**/*.e2e.ts'],
    globalSetup: ['e2e/server.ts'],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 300_000,
  },
})
