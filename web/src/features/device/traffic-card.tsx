import type { Traffic } from '../../api/types.ts'
import { brief, bytes, count, listed, percent } from '../../lib/format.ts'
import { Bars } from '../../ui/bars.tsx'
import { Card, Facts } from '../../ui/layout.tsx'

const sizes = ['64', '128', '256', '512', '1024', '2048', '4096'].map((b) => `${b} bytes`)
const gaps = ['128 µs', '1 ms', '8 ms', '66 ms', '0.5 s', '4 s', '34 s']

/** All that it sent and received, in short. */
export function TrafficCard({ traffic: t }: { traffic: Traffic }) {
  const told = t.bytes_encrypted + t.bytes_clear
  const all = t.bytes_out + t.bytes_in
  return (
    <Card title="What does it send and receive?">
      <div className="stack">
        <Facts
          of={[
            ['Sent', `${bytes(t.bytes_out)} in ${brief(t.packets_out)} packets`],
            ['Received', `${bytes(t.bytes_in)} in ${brief(t.packets_in)} packets`],
            ['Conversations', `${count(t.client_flows)} begun by it, ${count(t.server_flows)} by others`],
            [
              'Encrypted',
              told > 0 &&
                `${percent(t.bytes_encrypted / all)} of the bytes; ${percent(t.bytes_clear / all)} in clear, the rest cannot be told`,
            ],
            ['Uses', services(t.used)],
            ['Offers', services(t.offered)],
          ]}
        />
        <h3>Sizes of packets</h3>
        <Histogram sent={t.sizes_out} received={t.sizes_in} limits={sizes} />
        <h3>Time between packets</h3>
        <Histogram sent={t.gaps_out} received={t.gaps_in} limits={gaps} />
      </div>
    </Card>
  )
}

/** The services with the most flows, in words. */
function services(list: Traffic['used'] = []): string {
  const names = list.slice(0, 6).map((s) => [s.protocol || s.transport, s.port].filter(Boolean).join(' '))
  if (list.length > names.length) names.push(`${list.length - names.length} more`)
  return listed(names)
}

interface HistogramProps {
  sent: number[]
  received: number[]
  /** The upper ends of all classes but the last. */
  limits: string[]
}

function Histogram({ sent, received, limits }: HistogramProps) {
  const both = sent.map((n, i) => n + (received[i] ?? 0))
  const top = both.indexOf(Math.max(...both))
  const range = (i: number) =>
    i < limits.length ? `below ${limits[i]}` : `${limits[limits.length - 1]} and more`
  const most = `Most are ${range(top)}`
  return (
    <Bars
      label={most}
      values={both}
      title={(_, i) => `${range(i)}: ${count(sent[i] ?? 0)} sent, ${count(received[i] ?? 0)} received`}
      axis={[`below ${limits[0]}`, `${limits[limits.length - 1]} and more`]}
      caption={`${most}.`}
    />
  )
}
