import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useRef } from 'react'
import { uploadsQuery } from '../../api/overview.ts'
import { useMay } from '../../api/session.ts'
import type { Upload } from '../../api/types.ts'
import { bytes, percent, plural } from '../../lib/format.ts'
import { Button } from '../../ui/button.tsx'
import { Card, Page } from '../../ui/layout.tsx'
import { Ago, Chip } from '../../ui/signs.tsx'
import { Await, Empty } from '../../ui/states.tsx'
import { useSender, type Sending } from './sender.tsx'
import './uploads.css'

export function UploadsPage() {
  const uploads = useQuery(uploadsQuery)
  const { sending, forget } = useSender()
  const allowed = useMay('analyst')
  return (
    <Page
      title="Captures"
      lead="A capture file is read as if it came off the wire: its devices, services and alerts join the others."
    >
      {allowed && <Pick />}
      {sending.length > 0 && (
        <Card title="On their way">
          {sending.map((s) => (
            <SendingRow key={s.id} sending={s} forget={() => forget(s.id)} />
          ))}
        </Card>
      )}
      <Card title="Read so far">
        <Await query={uploads} what="The list of captures">
          {({ items }) =>
            items.length === 0 ? (
              <Empty title="No capture yet">
                Drop a pcap or pcapng file anywhere on the page; what is in it appears among the devices.
              </Empty>
            ) : (
              items.map((u) => <UploadRow key={u.id} upload={u} />)
            )
          }
        </Await>
      </Card>
    </Page>
  )
}

function Pick() {
  const input = useRef<HTMLInputElement>(null)
  const { send } = useSender()
  return (
    <div className="upload-pick">
      <p>
        Drop capture files <strong>anywhere on the page</strong>, or
      </p>
      <input
        ref={input}
        type="file"
        multiple
        className="visually-hidden"
        aria-label="Capture files"
        accept=".pcap,.pcapng,.cap,.gz,.zst"
        tabIndex={-1}
        onChange={(e) => {
          if (e.target.files) send([...e.target.files])
          e.target.value = ''
        }}
      />
      <Button look="primary" onClick={() => input.current?.click()}>
        Choose files
      </Button>
      <span className="small">pcap and pcapng, plain or packed with gzip or zstd</span>
    </div>
  )
}

function SendingRow({ sending, forget }: { sending: Sending; forget: () => void }) {
  return (
    <div className="upload">
      <strong className="clip">{sending.name}</strong>
      <span className="small quiet">{sending.error ? 'not sent' : `sending, ${percent(sending.share)}`}</span>
      {sending.error ? (
        <div className="wide row spread small" role="alert">
          <span className="c-high">{sending.error}</span>
          <Button look="quiet" onClick={forget}>
            Dismiss
          </Button>
        </div>
      ) : (
        <Progress label={sending.name} share={sending.share} />
      )}
    </div>
  )
}

function UploadRow({ upload: u }: { upload: Upload }) {
  const reading = u.state === 'reading' || u.state === 'waiting'
  return (
    <div className="upload">
      <span className="row">
        <strong className="clip">{u.name}</strong>
        <Chip tone={u.state === 'failed' ? 'high' : u.state === 'done' ? 'good' : 'accent'}>{u.state}</Chip>
      </span>
      <span className="small quiet">
        {bytes(u.bytes)} · {u.by} · <Ago time={u.created} />
      </span>
      {reading && <Progress label={u.name} share={u.bytes ? u.bytes_done / u.bytes : 0} />}
      <div className="wide row small quiet">
        {plural(u.packets, 'packet')} ·{' '}
        {u.devices > 0 ? (
          <Link to="/devices" search={{ sensor: [`upload-${u.id}`] }}>
            {plural(u.devices, 'device')} found
          </Link>
        ) : (
          'no device that was not known'
        )}
      </div>
      {u.error && <p className="wide small c-high">{u.error}</p>}
    </div>
  )
}

function Progress({ label, share }: { label: string; share: number }) {
  return (
    <div className="progress" role="progressbar" aria-label={label} aria-valuenow={Math.round(share * 100)}>
      <i style={{ width: `${share * 100}%` }} />
    </div>
  )
}
