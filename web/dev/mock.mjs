// A server of made-up data for `npm run dev` and `npm run perf`: as many
// devices and as many changes a second as wanted, without the platform.
//   node dev/mock.mjs --port 8420 --devices 100000 --rate 1000
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { parseArgs } from 'node:util'
import { makeAlerts, makeDevices, makeOverview, types } from './data.mjs'

const { values: flags } = parseArgs({
  options: {
    port: { type: 'string', default: '8420' },
    devices: { type: 'string', default: '1000' },
    rate: { type: 'string', default: '2' },
  },
})

const devices = makeDevices(Number(flags.devices))
const alerts = makeAlerts(devices, 200)
const list = (items, total = items.length, next) => ({ items, total, ...(next ? { next } : {}) })
const session = {
  user: { id: 'u1', name: 'admin', role: 'admin', created: '', version: 1 },
  csrf: 'mock',
  version: 'mock',
  simulation: true,
  features: [],
}

function page(all, query) {
  const limit = Number(query.get('limit') ?? 100)
  const from = Number(query.get('cursor') ?? 0)
  const next = from + limit < all.length ? String(from + limit) : undefined
  return list(all.slice(from, from + limit), all.length, next)
}

function facets() {
  const count = (of) => {
    const counts = new Map()
    for (const d of devices) counts.set(of(d), (counts.get(of(d)) ?? 0) + 1)
    return [...counts].map(([value, n]) => ({ value, count: n })).sort((a, b) => b.count - a.count)
  }
  return {
    type: count((d) => d.identity.type.value),
    vendor: count((d) => d.identity.vendor?.value ?? ''),
    zone: count((d) => d.zone),
    level: count((d) => d.risk.level),
    criticality: count((d) => d.standing.criticality?.value).filter((f) => f.value),
    purdue_level: count((d) => d.standing.purdue_level?.value).filter((f) => f.value),
  }
}
const facetsOnce = facets()

const routes = {
  '/session': () => session,
  '/login': () => session,
  '/types': () => list(types),
  '/overview': () => makeOverview(devices, alerts, facetsOnce),
  '/devices': (q) => page(devices, q),
  '/devices/facets': () => facetsOnce,
  '/alerts': (q) => page(alerts, q),
}

function answer(path, query) {
  if (routes[path]) return routes[path](query)
  const [, kind, id, part] = path.split('/')
  if (kind === 'devices' && id && !part) return devices.find((d) => d.id === id)
  if (kind === 'alerts' && id && !part) return alerts.find((a) => a.id === id)
  return list([])
}

const kinds = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

async function file(path) {
  const root = new URL('../dist/app/', import.meta.url).pathname
  const name = extname(path) ? normalize(path) : '/index.html'
  return { body: await readFile(join(root, name)), type: kinds[extname(name)] ?? 'application/octet-stream' }
}

const server = createServer(async (req, res) => {
  const url = new URL(req.url, 'http://mock')
  try {
    if (url.pathname.startsWith('/api/v1')) {
      const found = answer(url.pathname.slice(7), url.searchParams)
      res.writeHead(found ? 200 : 404, { 'Content-Type': 'application/json' })
      res.end(JSON.stringify(found ?? { title: 'Not found', detail: 'no such thing' }))
      return
    }
    const { body, type } = await file(url.pathname)
    res.writeHead(200, { 'Content-Type': type }).end(body)
  } catch (e) {
    res.writeHead(404).end(String(e))
  }
})

// The live stream: RFC 6455, server to client, text frames only.
server.on('upgrade', (req, socket) => {
  const key = req.headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
  const accept = createHash('sha1').update(key).digest('base64')
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  )
  let seq = 1
  const say = (message) => socket.write(frame(JSON.stringify(message)))
  say({ type: 'hello', seq })
  const rate = Number(flags.rate)
  const tick = setInterval(
    () => {
      for (let i = 0; i < Math.max(1, rate / 20); i++) {
        // Half of the changes hit what is on the first screens.
        const at = Math.floor(Math.random() * (Math.random() < 0.5 ? 200 : devices.length))
        const d = { ...devices[Math.min(at, devices.length - 1)], last_seen: new Date().toISOString() }
        d.risk = { ...d.risk, score: Math.floor(Math.random() * 100) }
        say({ seq: ++seq, time: d.last_seen, type: 'device.changed', id: d.id, data: d })
      }
    },
    1000 / Math.min(20, rate || 1),
  )
  socket.on('error', () => clearInterval(tick))
  socket.on('close', () => clearInterval(tick))
})

function frame(text) {
  const body = Buffer.from(text)
  const head = Buffer.alloc(body.length < 126 ? 2 : 4)
  head[0] = 0x81
  if (body.length < 126) head[1] = body.length
  else {
    head[1] = 126
    head.writeUInt16BE(body.length, 2)
  }
  return Buffer.concat([head, body])
}

server.listen(Number(flags.port), '127.0.0.1', () =>
  console.log(`mock of ${devices.length} devices on ${flags.port}`),
)
