import { useQuery } from '@tanstack/react-query'
import { signaturesQuery } from '../../api/identity.ts'
import type { Signatures } from '../../api/types.ts'
import { count } from '../../lib/format.ts'
import { Card, Table } from '../../ui/layout.tsx'
import { Ago } from '../../ui/signs.tsx'
import { Await } from '../../ui/states.tsx'

/** The files of signatures that devices are identified with, and what is wrong with others. */
export function Packs() {
  const signatures = useQuery(signaturesQuery)
  return (
    <Card
      title="Signatures"
      aside={
        signatures.data && (
          <span className="small quiet">
            loaded <Ago time={signatures.data.since} />
          </span>
        )
      }
    >
      <Await query={signatures} what="The list of signature files">
        {(s) => <Loaded signatures={s} />}
      </Await>
    </Card>
  )
}

export function Loaded({ signatures: s }: { signatures: Signatures }) {
  return (
    <div className="stack">
      {s.fault && (
        <div className="note note-danger" role="status">
          <div>
            <p>
              Not all of <span className="mono break">{s.folder}</span> is used: of a faulty file, what it
              held when it was last good, if it ever was.
            </p>
            <ul className="faults mono small">
              {s.fault.split('\n').map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ul>
          </div>
        </div>
      )}
      <Table
        label="Files of signatures in use"
        head={['File', 'Pack', 'Signatures', 'Switched off']}
        numeric={[2, 3]}
      >
        {s.packs.map((p) => (
          <tr key={p.file}>
            <td className="mono break">{p.file === '(embedded)' ? 'Heron’s own' : p.file}</td>
            <td>
              {p.name} {p.version}
            </td>
            <td className="num">{count(p.signatures)}</td>
            <td className="num">{p.disabled ? count(p.disabled) : ''}</td>
          </tr>
        ))}
      </Table>
    </div>
  )
}
