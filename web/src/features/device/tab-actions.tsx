import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { actionsQuery, releaseAction } from '../../api/actions.ts'
import { useMay } from '../../api/session.ts'
import type { Action, Device } from '../../api/types.ts'
import { deviceTitle } from '../../lib/device-words.ts'
import { words } from '../../lib/format.ts'
import { Button, buttonClass } from '../../ui/button.tsx'
import { Card } from '../../ui/layout.tsx'
import { Ago, Chip } from '../../ui/signs.tsx'
import { Await, Empty } from '../../ui/states.tsx'
import { useSay } from '../../ui/toast.tsx'

export function ActionsTab({ device }: { device: Device }) {
  const actions = useQuery(actionsQuery(device.id))
  const operator = useMay('operator')
  return (
    <Card
      title="What was done to it?"
      aside={
        operator && !device.quarantined ? (
          <Link
            to="."
            search={(s: Record<string, unknown>) => ({ ...s, quarantine: device.id })}
            className={buttonClass('danger')}
          >
            Quarantine…
          </Link>
        ) : undefined
      }
    >
      <Await query={actions} what="The actions">
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="Nothing was ever done to it">
              Quarantine cuts it off from the network. It shows exactly what would change before anything
              does.
            </Empty>
          ) : (
            <ul className="history">
              {items.map((a) => (
                <ActionRow key={a.id} action={a} device={device} />
              ))}
            </ul>
          )
        }
      </Await>
    </Card>
  )
}

function ActionRow({ action: a, device }: { action: Action; device: Device }) {
  const client = useQueryClient()
  const say = useSay()
  const operator = useMay('operator')
  const releasing = useMutation({
    mutationFn: () => releaseAction(a.id, deviceTitle(device)),
    onSuccess: () => say('Released. The read-back follows in its steps.'),
    onSettled: () => client.invalidateQueries({ queryKey: ['actions'] }),
    onError: say.wrong,
  })
  return (
    <li>
      <div className="row spread">
        <span className="row">
          <strong>{words(a.operation)}</strong> <Chip>{words(a.state)}</Chip>{' '}
          {a.dry_run && <Chip>dry run</Chip>}
        </span>
        {operator && a.state === 'verified' && a.operation === 'quarantine' && (
          <Button busy={releasing.isPending} onClick={() => releasing.mutate()}>
            Release
          </Button>
        )}
      </div>
      <p className="small">{a.reason}</p>
      <p className="small quiet">
        {a.requested_by} with {a.executor}, <Ago time={a.created} />
        {a.error && <span className="c-high"> · {a.error}</span>}
      </p>
    </li>
  )
}
