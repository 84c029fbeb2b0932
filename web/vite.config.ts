import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

// The server that the development page talks to: `heron demo`, or `npm run mock`.
const server = process.env.HERON_URL ?? 'http://127.0.0.1:8420'

export default defineConfig({
  plugins: [react()],
  build: {
    // Beside dist/index.html, the placeholder that git keeps for builds without Node (embed.go).
    outDir: 'dist/app',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0, // no data: URLs: the server's content security policy forbids them
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
  },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.{ts,tsx}'],
    restoreMocks: true,
  },
  server: {
    proxy: { '/api': { target: server, ws: true }, '/healthz': server },
  },
})
