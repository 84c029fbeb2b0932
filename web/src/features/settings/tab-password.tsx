import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { changePassword, useSession } from '../../api/session.ts'
import { Button } from '../../ui/button.tsx'
import { Card, Facts } from '../../ui/layout.tsx'
import { useSay } from '../../ui/toast.tsx'

export function PasswordTab() {
  const session = useSession()
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  const client = useQueryClient()
  const say = useSay()
  const changing = useMutation({
    mutationFn: () => changePassword(current, next),
    onSuccess: (s) => {
      client.setQueryData(['session'], s)
      setCurrent('')
      setNext('')
      say('Password changed; other sessions of yours are over.')
    },
  })
  const submit = (e: FormEvent): void => {
    e.preventDefault()
    changing.mutate()
  }
  return (
    <div className="grid grid-2">
      <Card title="Who you are">
        <Facts
          of={[
            ['Name', session?.user.name],
            ['Role', session?.user.role],
            ['Heron', session?.version],
          ]}
        />
      </Card>
      <Card title="Change your password">
        <form className="stack" onSubmit={submit}>
          <label className="field">
            <span>Current password</span>
            <input
              className="input"
              type="password"
              autoComplete="current-password"
              required
              value={current}
              onChange={(e) => setCurrent(e.target.value)}
            />
          </label>
          <label className="field">
            <span>New password</span>
            <input
              className="input"
              type="password"
              autoComplete="new-password"
              required
              value={next}
              onChange={(e) => setNext(e.target.value)}
            />
          </label>
          {changing.isError && (
            <p className="note note-danger" role="alert">
              {changing.error.message}
            </p>
          )}
          <div className="row">
            <Button look="primary" type="submit" busy={changing.isPending}>
              Change
            </Button>
          </div>
        </form>
      </Card>
    </div>
  )
}
