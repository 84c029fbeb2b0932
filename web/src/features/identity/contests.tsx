import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { identityQualityQuery } from '../../api/identity.ts'
import type { Claim, Contest } from '../../api/types.ts'
import { typeTitle } from '../../lib/device-types.ts'
import { confidence } from '../../lib/format.ts'
import { Card, Table } from '../../ui/layout.tsx'
import { titles } from './fields.ts'

/** Devices of which two things may be true: who knows one of them can end it with a word. */
export function Contests() {
  const contests = useQuery(identityQualityQuery).data?.contests ?? []
  if (contests.length === 0) return null
  return (
    <Card title="Two answers" aside={<span className="small quiet">the closest first</span>}>
      <Table label="Devices of which two things may be true" head={['Device', 'What', 'Heron says', 'Or']}>
        {contests.map((c) => (
          <tr key={`${c.device} ${c.field}`}>
            <td>
              <Link to="/devices/$id" params={{ id: c.device }}>
                {c.title}
              </Link>
            </td>
            <td>{titles[c.field] ?? c.field}</td>
            <td>
              <Answer field={c.field} claim={c.says} />
            </td>
            <td>
              <Answer field={c.field} claim={c.or} />
            </td>
          </tr>
        ))}
      </Table>
    </Card>
  )
}

function Answer({ field, claim: c }: { field: Contest['field']; claim: Claim }) {
  if (c.value === 'unknown') return <span className="quiet">not sure enough</span>
  return (
    <>
      {field === 'type' ? typeTitle(c.value) : c.value}{' '}
      <span className="small quiet">{confidence(c.confidence)}</span>
    </>
  )
}
