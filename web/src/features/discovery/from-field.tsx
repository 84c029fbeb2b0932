import { useQuery } from '@tanstack/react-query'
import { sensorsQuery } from '../../api/overview.ts'
import type { ScanRequest, Sensor } from '../../api/types.ts'
import { Choice } from '../../ui/field.tsx'

interface FromFieldProps {
  request: ScanRequest
  change: (r: ScanRequest) => void
}

/** Who asks: there is no choice where no sensor may. */
export function FromField({ request, change }: FromFieldProps) {
  const sensors = useQuery(sensorsQuery).data?.items ?? []
  const choices = sensors.filter(mayScan).map((s): [string, string] => [s.id, `The sensor ${s.name}`])
  const chosen = request.sensor
  if (chosen && !choices.some(([id]) => id === chosen))
    choices.push([chosen, `The sensor ${chosen}, which is away`])
  if (choices.length === 0) return null
  return (
    <Choice
      title="From where?"
      value={chosen ?? ''}
      choices={[['', 'This server'], ...choices]}
      change={(id) => change({ ...request, sensor: id || undefined })}
    />
  )
}

/** Whether a sensor is there, and its own configuration lets it scan. */
const mayScan = (s: Sensor): boolean => s.state === 'online' && Boolean(s.health?.scanner?.allowed)
