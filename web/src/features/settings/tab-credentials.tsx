import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { credentialsQuery, deleteCredential, putCredential, type CredentialBody } from '../../api/admin.ts'
import type { Credential } from '../../api/types.ts'
import { Button } from '../../ui/button.tsx'
import { Choice, Field } from '../../ui/field.tsx'
import { Card, Table } from '../../ui/layout.tsx'
import { Ago } from '../../ui/signs.tsx'
import { Await, Empty } from '../../ui/states.tsx'
import { useSay } from '../../ui/toast.tsx'

const kinds: [string, string][] = [
  ['snmp_community', 'Community (SNMP 2c)'],
  ['snmp_user', 'User (SNMP 3)'],
]

const proofs = ['sha256', 'sha512', 'sha384', 'sha1'] as const
type Proof = (typeof proofs)[number]

const isProof = (s: string): s is Proof => proofs.some((p) => p === s)

/** What switches are asked with: which device is at which of their ports. */
export function CredentialsTab() {
  const credentials = useQuery(credentialsQuery)
  return (
    <>
      <Card title="What switches are asked with">
        <Await query={credentials} what="The credentials">
          {({ items }) =>
            items.length === 0 ? (
              <Empty title="No credential yet" art={false}>
                Set one below, and name it with a switch in <code>discovery.switches</code> of the
                configuration: then each device page shows at which port the device is.
              </Empty>
            ) : (
              <Table label="Credentials" head={['Name', 'Kind', 'User', 'Protocols', 'Set', '']}>
                {items.map((c) => (
                  <CredentialRow key={c.name} credential={c} />
                ))}
              </Table>
            )
          }
        </Await>
      </Card>
      <SetCredential />
    </>
  )
}

function CredentialRow({ credential: c }: { credential: Credential }) {
  const client = useQueryClient()
  const say = useSay()
  const removing = useMutation({
    mutationFn: () => deleteCredential(c.name),
    onSettled: () => client.invalidateQueries({ queryKey: ['credentials'] }),
    onError: say.wrong,
  })
  return (
    <tr>
      <td>
        <strong>{c.name}</strong>
      </td>
      <td>{kinds.find(([kind]) => kind === c.kind)?.[1]}</td>
      <td>{c.user}</td>
      <td>{[c.auth, c.privacy].filter(Boolean).join(', ')}</td>
      <td>
        <Ago time={c.changed} /> by {c.changed_by}
      </td>
      <td>
        <Button look="quiet" busy={removing.isPending} onClick={() => removing.mutate()}>
          Remove
        </Button>
      </td>
    </tr>
  )
}

const blank = {
  name: '',
  kind: 'snmp_community',
  community: '',
  user: '',
  auth: 'sha256',
  proof: '',
  privacy: '',
}
type Form = typeof blank

function bodyOf(f: Form): CredentialBody {
  if (f.kind === 'snmp_community') {
    return { kind: 'snmp_community', community: f.community }
  }
  return {
    kind: 'snmp_user',
    user: f.user.trim(),
    ...(isProof(f.auth) && { auth: f.auth, auth_password: f.proof }),
    ...(f.privacy && { privacy: 'aes', privacy_password: f.privacy }),
  }
}

function SetCredential() {
  const [form, setForm] = useState(blank)
  const set = (change: Partial<Form>): void => setForm((f) => ({ ...f, ...change }))
  const client = useQueryClient()
  const setting = useMutation({
    mutationFn: () => putCredential(form.name.trim(), bodyOf(form)),
    onSuccess: () => {
      setForm(blank)
      void client.invalidateQueries({ queryKey: ['credentials'] })
    },
  })
  const submit = (e: FormEvent): void => {
    e.preventDefault()
    setting.mutate()
  }
  return (
    <Card title="Set a credential">
      <form className="settings-form" onSubmit={submit}>
        <Field title="Name">
          <input
            className="input"
            value={form.name}
            maxLength={64}
            pattern="[A-Za-z0-9][A-Za-z0-9._\-]*"
            title="Letters, digits, dots, dashes and underscores"
            required
            onChange={(e) => set({ name: e.target.value })}
          />
        </Field>
        <Choice title="Kind" value={form.kind} choices={kinds} change={(kind) => set({ kind })} />
        {form.kind === 'snmp_community' ? (
          <Secret title="Community" value={form.community} change={(community) => set({ community })} />
        ) : (
          <UserFields form={form} set={set} />
        )}
        <Button look="primary" type="submit" busy={setting.isPending}>
          Set
        </Button>
        <p className="wide quiet">
          Secrets are sealed in the vault and never shown again. A name that is there already is set anew.
        </p>
        {setting.isError && (
          <p className="note note-danger wide" role="alert">
            {setting.error.message}
          </p>
        )}
      </form>
    </Card>
  )
}

function UserFields({ form, set }: { form: Form; set: (change: Partial<Form>) => void }) {
  return (
    <>
      <Field title="User">
        <input
          className="input"
          value={form.user}
          required
          autoComplete="off"
          onChange={(e) => set({ user: e.target.value })}
        />
      </Field>
      <Choice
        title="Proof"
        value={form.auth}
        choices={[...proofs.map((p): [string, string] => [p, p.toUpperCase()]), ['', 'none']]}
        change={(auth) => set(auth ? { auth } : { auth, proof: '', privacy: '' })}
      />
      {form.auth && (
        <>
          <Secret title="Password for the proof" value={form.proof} change={(proof) => set({ proof })} />
          <Secret
            title="Password for AES, empty for none"
            value={form.privacy}
            change={(privacy) => set({ privacy })}
            optional
          />
        </>
      )}
    </>
  )
}

interface SecretProps {
  title: string
  value: string
  change: (value: string) => void
  optional?: boolean
}

function Secret({ title, value, change, optional = false }: SecretProps) {
  return (
    <Field title={title}>
      <input
        className="input"
        type="password"
        autoComplete="new-password"
        value={value}
        required={!optional}
        onChange={(e) => change(e.target.value)}
      />
    </Field>
  )
}
