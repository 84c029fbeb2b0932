import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { approveAction, executorsQuery, rejectAction, requestAction } from '../../api/actions.ts'
import { alertQuery } from '../../api/alerts.ts'
import { deviceQuery } from '../../api/devices.ts'
import type { Action, Device } from '../../api/types.ts'
import { deviceTitle, isControl } from '../../lib/device-words.ts'
import { typeCategory } from '../../lib/device-types.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { Await } from '../../ui/states.tsx'
import { useSay } from '../../ui/toast.tsx'
import { AskStep, type Ask } from './ask-step.tsx'
import { PlanStep } from './plan-step.tsx'
import './actions.css'

interface WizardProps {
  device: string
  alert: string | undefined
  close: () => void
}

/** Quarantine in two steps: ask for the plan, which changes nothing; read it, and only then do it. */
export function QuarantineWizard({ device, alert, close }: WizardProps) {
  const query = useQuery(deviceQuery(device))
  const because = useQuery({ ...alertQuery(alert ?? ''), enabled: !!alert })
  const ready = query.data && (!alert || because.data || because.isError)
  return (
    <Dialog title={query.data ? `Quarantine ${deviceTitle(query.data)}` : 'Quarantine'} close={close}>
      <Await query={query} what="The device">
        {(d) =>
          ready ? <Steps device={d} alert={alert} reason={because.data?.summary ?? ''} close={close} /> : null
        }
      </Await>
    </Dialog>
  )
}

interface StepsProps {
  device: Device
  alert: string | undefined
  reason: string
  close: () => void
}

function Steps({ device, alert, reason, close }: StepsProps) {
  const [ask, setAsk] = useState<Ask>({ executor: '', minutes: '240', reason })
  const executors = useQuery(executorsQuery)
  const client = useQueryClient()
  const navigate = useNavigate()
  const say = useSay()
  const request = (dry: boolean, confirm: string): Promise<Action> =>
    requestAction({
      device_id: device.id,
      operation: 'quarantine',
      executor: ask.executor,
      params: { duration: `${ask.minutes}m` },
      reason: ask.reason,
      alert_id: alert,
      dry_run: dry,
      confirm,
    })
  const planning = useMutation({ mutationFn: () => request(true, '') })
  const doing = useMutation({
    mutationFn: async (confirm: string) => {
      const proposed = await request(false, confirm)
      if (proposed.state !== 'proposed') return proposed
      try {
        return await approveAction(proposed.id, confirm)
      } catch (e) {
        // Nobody wants a proposal that they could not approve to lie about.
        await rejectAction(proposed.id).catch(() => undefined)
        throw e
      }
    },
    onSuccess: () => {
      say('Quarantine is on its way; the board shows each step.')
      void client.invalidateQueries({ queryKey: ['actions'] })
      void navigate({ to: '/actions' })
    },
  })
  const plan = planning.data?.plan
  if (!plan) {
    return (
      <AskStep
        ask={ask}
        change={setAsk}
        executors={executors.data?.items}
        busy={planning.isPending}
        error={
          planning.error ?? executors.error ?? (planning.data?.error ? new Error(planning.data.error) : null)
        }
        next={() => planning.mutate()}
        close={close}
      />
    )
  }
  return (
    <PlanStep
      plan={plan}
      name={deviceTitle(device)}
      typed={plan.control || isControl(device, typeCategory(device.identity.type.value))}
      minutes={Number(ask.minutes)}
      busy={doing.isPending}
      error={doing.error}
      back={() => planning.reset()}
      go={(confirm) => doing.mutate(confirm)}
    />
  )
}
