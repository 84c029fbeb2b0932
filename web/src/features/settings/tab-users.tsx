import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { createUser, deleteUser, updateUser, usersQuery } from '../../api/admin.ts'
import { useSession } from '../../api/session.ts'
import type { Role, User } from '../../api/types.ts'
import { Button } from '../../ui/button.tsx'
import { Card, Table } from '../../ui/layout.tsx'
import { Ago, Chip } from '../../ui/signs.tsx'
import { Await } from '../../ui/states.tsx'
import { useSay } from '../../ui/toast.tsx'
import { RoleSelect } from './role-select.tsx'

export function UsersTab() {
  const users = useQuery(usersQuery)
  return (
    <>
      <Card title="Who may log in">
        <Await query={users} what="The users">
          {({ items }) => (
            <Table label="Users" head={['Name', 'Role', 'Last seen', '']}>
              {items.map((u) => (
                <UserRow key={u.id} user={u} />
              ))}
            </Table>
          )}
        </Await>
      </Card>
      <AddUser />
    </>
  )
}

function UserRow({ user: u }: { user: User }) {
  const me = useSession()?.user.id === u.id
  const client = useQueryClient()
  const say = useSay()
  const after = { onSettled: () => client.invalidateQueries({ queryKey: ['users'] }), onError: say.wrong }
  const changing = useMutation({
    mutationFn: (c: { role?: Role; disabled?: boolean }) => updateUser(u, c),
    ...after,
  })
  const removing = useMutation({ mutationFn: () => deleteUser(u.id), ...after })
  return (
    <tr>
      <td className="nowrap">
        <strong>{u.name}</strong> {me && <Chip tone="accent">you</Chip>} {u.disabled && <Chip>disabled</Chip>}
      </td>
      <td>
        <RoleSelect label={`Role of ${u.name}`} value={u.role} change={(role) => changing.mutate({ role })} />
      </td>
      <td>
        <Ago time={u.last_seen} />
      </td>
      <td>
        {!me && (
          <div className="row">
            <Button
              look="quiet"
              busy={changing.isPending}
              onClick={() => changing.mutate({ disabled: !u.disabled })}
            >
              {u.disabled ? 'Enable' : 'Disable'}
            </Button>
            <Button look="quiet" busy={removing.isPending} onClick={() => removing.mutate()}>
              Remove
            </Button>
          </div>
        )}
      </td>
    </tr>
  )
}

function AddUser() {
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const [role, setRole] = useState<Role>('analyst')
  const client = useQueryClient()
  const say = useSay()
  const adding = useMutation({
    mutationFn: () => createUser(name.trim(), role, password),
    onSuccess: (u) => {
      say(`${u.name} may log in.`)
      setName('')
      setPassword('')
      void client.invalidateQueries({ queryKey: ['users'] })
    },
  })
  const submit = (e: FormEvent): void => {
    e.preventDefault()
    adding.mutate()
  }
  return (
    <Card title="Add a user">
      <form className="settings-form" onSubmit={submit}>
        <label className="field">
          <span>Name</span>
          <input
            className="input"
            value={name}
            maxLength={64}
            required
            autoComplete="off"
            onChange={(e) => setName(e.target.value)}
          />
        </label>
        <label className="field">
          <span>First password</span>
          <input
            className="input"
            type="password"
            autoComplete="new-password"
            required
            value={password}
            onChange={(e) => setPassword(e.target.value)}
          />
        </label>
        <label className="field">
          <span>Role</span>
          <RoleSelect value={role} change={setRole} />
        </label>
        <Button look="primary" type="submit" busy={adding.isPending}>
          Add
        </Button>
        {adding.isError && (
          <p className="note note-danger wide" role="alert">
            {adding.error.message}
          </p>
        )}
      </form>
    </Card>
  )
}
