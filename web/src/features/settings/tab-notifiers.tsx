import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { putReceivers, receiversQuery, testReceiver } from '../../api/admin.ts'
import type { Receiver, Severity } from '../../api/types.ts'
import { severities } from '../../lib/levels.ts'
import { Button } from '../../ui/button.tsx'
import { Card, Table } from '../../ui/layout.tsx'
import { Chip, Sign } from '../../ui/signs.tsx'
import { Await, Empty } from '../../ui/states.tsx'
import { useSay } from '../../ui/toast.tsx'

export function NotifiersTab() {
  const receivers = useQuery(receiversQuery)
  return (
    <Await query={receivers} what="The receivers">
      {({ items }) => (
        <>
          <Card title="Who is told about alerts">
            {items.length === 0 ? (
              <Empty title="Nobody is told" art={false}>
                Add a webhook below: each alert is posted to it, signed, and tried again until it is taken.
              </Empty>
            ) : (
              <Table label="Receivers" head={['Name', 'Kind', 'From', '']}>
                {items.map((r) => (
                  <ReceiverRow key={r.name} receiver={r} all={items} />
                ))}
              </Table>
            )}
          </Card>
          <AddReceiver all={items} />
        </>
      )}
    </Await>
  )
}

function usePut() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: putReceivers,
    onSuccess: () => client.invalidateQueries({ queryKey: ['receivers'] }),
  })
}

function ReceiverRow({ receiver: r, all }: { receiver: Receiver; all: Receiver[] }) {
  const say = useSay()
  const putting = usePut()
  const testing = useMutation({
    mutationFn: () => testReceiver(r.name),
    onSuccess: () => say(`${r.name} took the test message.`),
    onError: say.wrong,
  })
  const put = (list: Receiver[]): void => putting.mutate(list, { onError: say.wrong })
  return (
    <tr>
      <td>
        <strong>{r.name}</strong> {!r.enabled && <Chip>off</Chip>}
      </td>
      <td>{r.notifier}</td>
      <td>
        <Sign grade={r.min_severity} />
      </td>
      <td>
        <div className="row">
          <Button busy={testing.isPending} onClick={() => testing.mutate()}>
            Test
          </Button>
          <Button
            look="quiet"
            onClick={() => put(all.map((o) => (o === r ? { ...r, enabled: !r.enabled } : o)))}
          >
            {r.enabled ? 'Switch off' : 'Switch on'}
          </Button>
          <Button look="quiet" onClick={() => put(all.filter((o) => o !== r))}>
            Remove
          </Button>
        </div>
      </td>
    </tr>
  )
}

function AddReceiver({ all }: { all: Receiver[] }) {
  const [name, setName] = useState('')
  const [url, setUrl] = useState('')
  const [secret, setSecret] = useState('')
  const [from, setFrom] = useState<Severity>('medium')
  const putting = usePut()
  const submit = (e: FormEvent): void => {
    e.preventDefault()
    const config = secret ? { url, secret } : { url }
    const receiver: Receiver = {
      name: name.trim(),
      notifier: 'webhook',
      enabled: true,
      min_severity: from,
      config,
    }
    putting.mutate([...all, receiver], { onSuccess: () => (setName(''), setUrl(''), setSecret('')) })
  }
  return (
    <Card title="Add a webhook">
      <form className="settings-form" onSubmit={submit}>
        <label className="field">
          <span>Name</span>
          <input
            className="input"
            value={name}
            maxLength={64}
            required
            onChange={(e) => setName(e.target.value)}
          />
        </label>
        <label className="field">
          <span>Address</span>
          <input
            className="input"
            type="url"
            value={url}
            required
            placeholder="https://"
            onChange={(e) => setUrl(e.target.value)}
          />
        </label>
        <label className="field">
          <span>Signing secret</span>
          <input
            className="input"
            type="password"
            autoComplete="off"
            value={secret}
            onChange={(e) => setSecret(e.target.value)}
          />
        </label>
        <label className="field">
          <span>From severity</span>
          <select className="select" value={from} onChange={(e) => setFrom(e.target.value as Severity)}>
            {severities.map((s) => (
              <option key={s}>{s}</option>
            ))}
          </select>
        </label>
        <Button look="primary" type="submit" busy={putting.isPending}>
          Add
        </Button>
        {putting.isError && (
          <p className="note note-danger wide" role="alert">
            {putting.error.message}
          </p>
        )}
      </form>
    </Card>
  )
}
