import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { createToken, deleteToken, tokensQuery } from '../../api/admin.ts'
import type { Role, Token } from '../../api/types.ts'
import { Button } from '../../ui/button.tsx'
import { Copy } from '../../ui/copy.tsx'
import { Card, Table } from '../../ui/layout.tsx'
import { Ago } from '../../ui/signs.tsx'
import { Await, Empty } from '../../ui/states.tsx'
import { useSay } from '../../ui/toast.tsx'
import { RoleSelect } from './role-select.tsx'

export function TokensTab() {
  const tokens = useQuery(tokensQuery)
  return (
    <>
      <Card title="Keys for programs">
        <Await query={tokens} what="The tokens">
          {({ items }) =>
            items.length === 0 ? (
              <Empty title="No token yet" art={false}>
                A program sends its token as <code>Authorization: Bearer …</code>; the API is described at{' '}
                <a href="/api/docs">/api/docs</a>.
              </Empty>
            ) : (
              <Table label="Tokens" head={['Name', 'Role', 'Owner', 'Made', 'Last used', '']}>
                {items.map((t) => (
                  <TokenRow key={t.id} token={t} />
                ))}
              </Table>
            )
          }
        </Await>
      </Card>
      <AddToken />
    </>
  )
}

function TokenRow({ token: t }: { token: Token }) {
  const client = useQueryClient()
  const say = useSay()
  const removing = useMutation({
    mutationFn: () => deleteToken(t.id),
    onSettled: () => client.invalidateQueries({ queryKey: ['tokens'] }),
    onError: say.wrong,
  })
  return (
    <tr>
      <td>
        <strong>{t.name}</strong>
      </td>
      <td>{t.role}</td>
      <td>{t.owner}</td>
      <td>
        <Ago time={t.created} />
      </td>
      <td>
        <Ago time={t.last_used} />
      </td>
      <td>
        <Button look="quiet" busy={removing.isPending} onClick={() => removing.mutate()}>
          Revoke
        </Button>
      </td>
    </tr>
  )
}

function AddToken() {
  const [name, setName] = useState('')
  const [role, setRole] = useState<Role>('viewer')
  const client = useQueryClient()
  const adding = useMutation({
    mutationFn: () => createToken(name.trim(), role),
    onSuccess: () => {
      setName('')
      void client.invalidateQueries({ queryKey: ['tokens'] })
    },
  })
  const submit = (e: FormEvent): void => {
    e.preventDefault()
    adding.mutate()
  }
  return (
    <Card title="Make a token">
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
          <span>Role</span>
          <RoleSelect value={role} change={setRole} />
        </label>
        <Button look="primary" type="submit" busy={adding.isPending}>
          Make
        </Button>
        {adding.isError && (
          <p className="note note-danger wide" role="alert">
            {adding.error.message}
          </p>
        )}
        {adding.data && (
          <div className="wide stack-s" role="status">
            <p>
              <strong>Copy it now.</strong> It is not shown again.
            </p>
            <div className="secret">
              <code>{adding.data.secret}</code>
              <Copy text={adding.data.secret} what="the token" />
            </div>
          </div>
        )}
      </form>
    </Card>
  )
}
