import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { login } from '../../api/session.ts'
import { Button } from '../../ui/button.tsx'
import { HeronArt, Mark } from '../../ui/mark.tsx'
import './login.css'

export function LoginPage() {
  const client = useQueryClient()
  const [name, setName] = useState('admin')
  const [password, setPassword] = useState('')
  const entering = useMutation({
    mutationFn: () => login(name, password),
    onSuccess: (session) => client.setQueryData(['session'], session),
  })
  const submit = (e: FormEvent): void => {
    e.preventDefault()
    entering.mutate()
  }
  return (
    <main className="login">
      <div className="login-art">
        <HeronArt width={420} />
      </div>
      <form className="login-form" onSubmit={submit}>
        <h1 className="wordmark wordmark-l">
          <Mark size={40} /> Heron
        </h1>
        <p className="quiet">It stands still, watches the water, and knows every thing on your network.</p>
        <label className="field">
          <span>Name</span>
          <input
            className="input"
            value={name}
            onChange={(e) => setName(e.target.value)}
            autoComplete="username"
            required
          />
        </label>
        <label className="field">
          <span>Password</span>
          <input
            className="input"
            type="password"
            value={password}
            onChange={(e) => setPassword(e.target.value)}
            autoComplete="current-password"
            required
          />
        </label>
        {entering.isError && (
          <p className="note note-danger" role="alert">
            {entering.error.message}
          </p>
        )}
        <Button look="primary" type="submit" busy={entering.isPending}>
          {entering.isPending ? 'Logging in…' : 'Log in'}
        </Button>
        <p className="small quiet">
          On its first start Heron prints the password of <code>admin</code> once, on its console.
        </p>
      </form>
    </main>
  )
}
