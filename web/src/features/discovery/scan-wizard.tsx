import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { planScan, startScan } from '../../api/scans.ts'
import type { ScanPlan, ScanRequest } from '../../api/types.ts'
import { Card } from '../../ui/layout.tsx'
import { useSay } from '../../ui/toast.tsx'
import { PlanShown } from './plan-shown.tsx'
import { WhomStep } from './whom-step.tsx'

/** Whom to ask and how, then the plan, then the start. */
export function ScanWizard() {
  const [request, setRequest] = useState<ScanRequest>({ targets: [], exclude: [], profile: 'safe' })
  const [plan, setPlan] = useState<ScanPlan>()
  const client = useQueryClient()
  const say = useSay()
  const planning = useMutation({ mutationFn: planScan, onSuccess: setPlan })
  const starting = useMutation({
    mutationFn: startScan,
    onSuccess: () => {
      say('The scan runs.')
      setPlan(undefined)
      void client.invalidateQueries({ queryKey: ['scans'] })
    },
  })
  return (
    <Card title={plan ? 'What would be sent' : 'Ask the network'}>
      {plan ? (
        <PlanShown
          plan={plan}
          busy={starting.isPending}
          error={starting.error}
          back={() => {
            starting.reset()
            setPlan(undefined)
          }}
          go={() => starting.mutate(request)}
        />
      ) : (
        <WhomStep
          request={request}
          change={setRequest}
          busy={planning.isPending}
          error={planning.error}
          next={() => planning.mutate(request)}
        />
      )}
    </Card>
  )
}
