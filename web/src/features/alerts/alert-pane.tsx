import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { ArrowLeft, ArrowRight } from 'lucide-react'
import { alertQuery, notificationsQuery } from '../../api/alerts.ts'
import { deviceQuery } from '../../api/devices.ts'
import type { Alert, Device } from '../../api/types.ts'
import { attackTitle, comparisonOf, verdictTitle } from '../../lib/alert-words.ts'
import { typeCategory, typeTitle } from '../../lib/device-types.ts'
import { deviceTitle } from '../../lib/device-words.ts'
import { words } from '../../lib/format.ts'
import { Bullet } from '../../ui/bullet.tsx'
import { IconButton } from '../../ui/button.tsx'
import { Facts } from '../../ui/layout.tsx'
import { Ago, Chip, Sign, Sureness } from '../../ui/signs.tsx'
import { Await, Skeleton } from '../../ui/states.tsx'
import { TypeIcon } from '../../ui/type-icon.tsx'
import { AlertButtons } from './alert-buttons.tsx'
import { AlertNote } from './alert-note.tsx'
import { useRead } from './read.ts'

/** One alert, told in full: what, who, observed against normal, and what to do. */
export function AlertPane({ id, close }: { id: string; close: () => void }) {
  const alert = useQuery(alertQuery(id))
  useRead(alert.data)
  return (
    <div className="pane">
      <Await query={alert} what="This alert" loading={<Skeleton lines={8} height={24} />}>
        {(a) => <Body alert={a} close={close} />}
      </Await>
    </div>
  )
}

function Body({ alert: a, close }: { alert: Alert; close: () => void }) {
  return (
    <article className="stack pane-body">
      <header className="stack-s">
        <div className="row">
          <IconButton label="Back to the list" className="pane-back" onClick={close}>
            <ArrowLeft size={18} aria-hidden="true" />
          </IconButton>
          <Sign grade={a.severity} />
          <Sureness value={a.confidence} word />
          {a.state && a.state !== 'open' && <Chip tone="accent">{a.state}</Chip>}
          {a.verdict && <Chip>{verdictTitle(a.verdict)}</Chip>}
        </div>
        <h2 className="pane-title">{a.summary}</h2>
        <p className="quiet">
          {a.title ?? words(a.detector)}, first seen <Ago time={a.first_seen} />, last{' '}
          <Ago time={a.last_seen} />
          {a.count > 1 && `, ${a.count} times`}
        </p>
      </header>
      <AlertButtons alert={a} />
      <Parties alert={a} />
      <Observed alert={a} />
      <AlertNote alert={a} />
      <More alert={a} />
    </article>
  )
}

function Parties({ alert: a }: { alert: Alert }) {
  const device = useQuery({ ...deviceQuery(a.device ?? ''), enabled: !!a.device })
  return (
    <section className="parties" aria-label="Who">
      <Party label="It is about" address={a.src} device={device.data} />
      {a.dst && (
        <>
          <ArrowRight size={18} aria-hidden="true" className="quiet" />
          <Party label="towards" address={a.dst} />
        </>
      )}
    </section>
  )
}

function Party({ label, address, device }: { label: string; address?: string; device?: Device }) {
  const type = device?.identity.type.value ?? 'unknown'
  return (
    <div className="party">
      {device && <TypeIcon type={type} category={typeCategory(type)} size={22} />}
      <div>
        <span className="small quiet">{label}</span>
        {device ? (
          <Link to="/devices/$id" params={{ id: device.id }} className="party-name">
            {deviceTitle(device)}
          </Link>
        ) : (
          <span className="party-name mono">{address || 'not known'}</span>
        )}
        {device && (
          <span className="small quiet">
            {type === 'unknown' ? 'not recognised' : typeTitle(type)} <span className="mono">{address}</span>
          </span>
        )}
      </div>
    </div>
  )
}

function Observed({ alert: a }: { alert: Alert }) {
  const compared = comparisonOf(a)
  const facts = Object.entries(a.evidence ?? {}).sort(([x], [y]) => x.localeCompare(y))
  return (
    <section className="stack-s" aria-label="Evidence">
      <h3>{compared ? 'Observed against normal' : 'What was observed'}</h3>
      {compared && <Bullet label={words(compared.what)} {...compared} />}
      {facts.length > 0 ? (
        <Facts
          of={facts.map(([k, v]) => [
            words(k),
            <span key={k} className="mono">
              {v}
            </span>,
          ])}
        />
      ) : (
        <p className="quiet small">The summary is all there is.</p>
      )}
    </section>
  )
}

function More({ alert: a }: { alert: Alert }) {
  const told = useQuery(notificationsQuery(a.id))
  return (
    <Facts
      of={[
        ['Detector', <code key="d">{a.detector}</code>],
        ['ATT&CK', a.attack?.map((id) => `${id} ${attackTitle(id)}`.trim()).join(', ')],
        [
          'Told',
          told.data?.items.length
            ? told.data.items
                .map((n) => `${n.receiver} (${n.state}${n.error ? `: ${n.error}` : ''})`)
                .join(', ')
            : 'nobody; receivers are set up under settings',
        ],
      ]}
    />
  )
}
