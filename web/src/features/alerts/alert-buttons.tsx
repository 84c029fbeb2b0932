import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Download, ShieldBan } from 'lucide-react'
import { useMemo } from 'react'
import { saveAlertPackets, updateAlert, type AlertChange } from '../../api/alerts.ts'
import { Problem } from '../../api/client.ts'
import { useMay } from '../../api/session.ts'
import type { Alert, AlertVerdict } from '../../api/types.ts'
import { useHotkeys } from '../../lib/hotkeys.ts'
import { Button, buttonClass } from '../../ui/button.tsx'
import { useSay } from '../../ui/toast.tsx'

const verdicts: [AlertVerdict, string, string][] = [
  ['true', 'True', 't'],
  ['false', 'False alarm', 'f'],
  ['expected', 'Expected', 'p'],
]

/** The judgement, and what follows from it. */
export function AlertButtons({ alert: a }: { alert: Alert }) {
  const allowed = useMay('analyst')
  const operator = useMay('operator')
  const { change, busy } = useChange(a)
  const keys = useMemo(() => {
    const judge = (v: AlertVerdict) => () => change({ verdict: a.verdict === v ? '' : v })
    return {
      t: judge('true'),
      f: judge('false'),
      p: judge('expected'),
      e: () => change({ state: a.state === 'acknowledged' ? 'open' : 'acknowledged' }),
      c: () => change({ state: a.state === 'closed' ? 'open' : 'closed' }),
    }
  }, [a, change])
  useHotkeys(keys, allowed)
  if (!allowed) return null
  return (
    <div className="alert-buttons">
      <div className="row" role="group" aria-label="Was it so?">
        {verdicts.map(([v, title, key]) => (
          <Button
            key={v}
            title={`Key ${key}`}
            aria-pressed={a.verdict === v}
            disabled={busy}
            onClick={keys[key as 't']}
          >
            {title}
          </Button>
        ))}
      </div>
      <div className="row">
        {a.state !== 'closed' && (
          <Button title="Key e" aria-pressed={a.state === 'acknowledged'} disabled={busy} onClick={keys.e}>
            Acknowledge
          </Button>
        )}
        <Button title="Key c" disabled={busy} onClick={keys.c}>
          {a.state === 'closed' ? 'Open again' : 'Close'}
        </Button>
        <Packets id={a.id} />
        {operator && a.device && (
          <Link
            to="."
            search={(s: Record<string, unknown>) => ({ ...s, quarantine: a.device, because: a.id })}
            className={buttonClass('danger')}
          >
            <ShieldBan size={16} aria-hidden="true" /> Quarantine…
          </Link>
        )}
      </div>
    </div>
  )
}

/** Fetches what sensors kept of the traffic, or says why there is none. */
function Packets({ id }: { id: string }) {
  const say = useSay()
  const saving = useMutation({ mutationFn: () => saveAlertPackets(id), onError: say.wrong })
  return (
    <Button
      title="A file for Wireshark: what sensors keep of the traffic"
      busy={saving.isPending}
      onClick={() => saving.mutate()}
    >
      <Download size={16} aria-hidden="true" /> Packets
    </Button>
  )
}

function useChange(a: Alert): { change: (c: AlertChange) => void; busy: boolean } {
  const client = useQueryClient()
  const say = useSay()
  const changing = useMutation({
    mutationFn: (c: AlertChange) => updateAlert(a, c),
    onSuccess: (now, c) => {
      client.setQueryData(['alert', a.id], now)
      void client.invalidateQueries({ queryKey: ['alerts'] })
      void client.invalidateQueries({ queryKey: ['alerts-open'] })
      void client.invalidateQueries({ queryKey: ['overview'] })
      if (c.state === 'closed') say('Closed.')
    },
    onError: (e) => {
      say.wrong(e)
      if (e instanceof Problem && e.conflict) void client.invalidateQueries({ queryKey: ['alert', a.id] })
    },
  })
  return { change: changing.mutate, busy: changing.isPending }
}
