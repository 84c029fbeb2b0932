import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Check, Timer, X } from 'lucide-react'
import { useState } from 'react'
import { approveAction, rejectAction, releaseAction } from '../../api/actions.ts'
import { deviceQuery } from '../../api/devices.ts'
import { useMay } from '../../api/session.ts'
import type { Action } from '../../api/types.ts'
import { useNow } from '../../lib/clock.ts'
import { deviceTitle } from '../../lib/device-words.ts'
import { words } from '../../lib/format.ts'
import { exact, millis, until } from '../../lib/time.ts'
import { Button } from '../../ui/button.tsx'
import { Ago, Chip } from '../../ui/signs.tsx'
import { useSay } from '../../ui/toast.tsx'
import { ConfirmDialog } from './confirm-dialog.tsx'
import { PlanView } from './plan-view.tsx'

const tones: Record<string, 'high' | 'good' | 'accent' | 'plain'> = {
  verified: 'good',
  running: 'accent',
  approved: 'accent',
  proposed: 'accent',
  failed: 'high',
  rolled_back: 'high',
  unknown: 'high',
}

export function ActionCard({ action: a }: { action: Action }) {
  const device = useQuery(deviceQuery(a.device_id))
  const name = device.data ? deviceTitle(device.data) : 'a device'
  return (
    <article className="card action">
      <div className="card-body stack-s">
        <div className="row spread">
          <strong>
            {words(a.operation)}{' '}
            <Link to="/devices/$id" params={{ id: a.device_id }} search={{ tab: 'actions' }}>
              {name}
            </Link>
          </strong>
          <span className="row">
            {a.dry_run && <Chip>dry run</Chip>}
            <Chip tone={tones[a.state] ?? 'plain'}>{words(a.state)}</Chip>
          </span>
        </div>
        <p className="small">{a.reason}</p>
        <Countdown action={a} />
        {a.error && <p className="small c-high">{a.error}</p>}
        <Steps action={a} />
        <p className="small quiet">
          {a.requested_by}
          {a.approved_by && a.approved_by !== a.requested_by && `, approved by ${a.approved_by}`} with{' '}
          {a.executor}, <Ago time={a.created} />
        </p>
        {a.plan && (
          <details className="small">
            <summary className="quiet">The plan</summary>
            <PlanView plan={a.plan} />
          </details>
        )}
        <Buttons action={a} name={name} />
      </div>
    </article>
  )
}

/** How much of its time is left. */
function Countdown({ action: a }: { action: Action }) {
  const now = useNow()
  const start = millis(a.started ?? a.created)
  const end = millis(a.expires)
  if (a.state !== 'verified' || !end) return null
  const left = Math.max(0, Math.min(1, (end - now) / Math.max(1, end - start)))
  return (
    <div className="countdown" title={exact(a.expires)}>
      <Timer size={15} aria-hidden="true" />
      <span className="small">ends {until(a.expires, now)}</span>
      <span className="countdown-bar" aria-hidden="true">
        <i style={{ width: `${left * 100}%` }} />
      </span>
    </div>
  )
}

function Steps({ action: a }: { action: Action }) {
  if (!a.steps?.length) return null
  return (
    <ol className="steps small">
      {a.steps.map((s, i) => (
        <li key={i}>
          {s.ok ? (
            <Check size={14} aria-label="done" role="img" className="c-good" />
          ) : (
            <X size={14} aria-label="failed" role="img" className="c-high" />
          )}
          <span>
            <strong>{words(s.name)}</strong> {s.error || s.text}
          </span>
        </li>
      ))}
    </ol>
  )
}

function Buttons({ action: a, name }: { action: Action; name: string }) {
  const [asking, setAsking] = useState<'approve' | 'release' | null>(null)
  const operator = useMay('operator')
  const client = useQueryClient()
  const say = useSay()
  const deciding = useMutation({
    mutationFn: ({ verb, confirm }: { verb: 'approve' | 'release' | 'reject'; confirm: string }) => {
      if (verb === 'reject') return rejectAction(a.id)
      return verb === 'approve' ? approveAction(a.id, confirm) : releaseAction(a.id, confirm)
    },
    onSuccess: () => setAsking(null),
    onSettled: () => client.invalidateQueries({ queryKey: ['actions'] }),
    onError: say.wrong,
  })
  if (!operator || a.dry_run) return null
  const typed = !!a.plan?.control
  const ask = (verb: 'approve' | 'release') => () =>
    typed ? setAsking(verb) : deciding.mutate({ verb, confirm: '' })
  return (
    <div className="row">
      {a.state === 'proposed' && (
        <>
          <Button look="danger" busy={deciding.isPending} onClick={ask('approve')}>
            Approve
          </Button>
          <Button busy={deciding.isPending} onClick={() => deciding.mutate({ verb: 'reject', confirm: '' })}>
            Refuse
          </Button>
        </>
      )}
      {a.state === 'verified' && a.operation === 'quarantine' && (
        <Button look="primary" busy={deciding.isPending} onClick={ask('release')}>
          Release
        </Button>
      )}
      {asking && (
        <ConfirmDialog
          title={asking === 'approve' ? 'Approve this action' : 'Release this device'}
          name={name}
          busy={deciding.isPending}
          close={() => setAsking(null)}
          go={() => deciding.mutate({ verb: asking, confirm: name })}
        />
      )}
    </div>
  )
}
