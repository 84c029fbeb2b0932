import { useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { ShieldCheck } from 'lucide-react'
import { verifyAudit } from '../../api/admin.ts'
import { auditPage } from '../../api/overview.ts'
import type { AuditEntry } from '../../api/types.ts'
import { useNow } from '../../lib/clock.ts'
import { count, plural } from '../../lib/format.ts'
import { clock, exact } from '../../lib/time.ts'
import { Button } from '../../ui/button.tsx'
import { Card, Page, Table } from '../../ui/layout.tsx'
import { Sign } from '../../ui/signs.tsx'
import { Empty, Failure, Skeleton } from '../../ui/states.tsx'

/** Who did what, and the proof that nobody changed the list. */
export function AuditPage() {
  const search = useSearch({ from: '/audit' })
  const audit = useInfiniteQuery(auditPage(search))
  const items = audit.data?.pages.flatMap((p) => p.items) ?? []
  return (
    <Page
      title="Audit"
      lead="Everything that people and Heron decided. Each entry carries the hash of the one before it, so that any edit shows."
      actions={<Verify />}
    >
      <Filter />
      <Card>
        {audit.isError && !audit.data ? (
          <Failure
            what="The audit log could not be read."
            error={audit.error}
            retry={() => void audit.refetch()}
          />
        ) : !audit.data ? (
          <Skeleton lines={12} height={22} />
        ) : items.length === 0 ? (
          <Empty title="No entry matches">Loosen the filter above.</Empty>
        ) : (
          <>
            <Table label="Audit log" head={['No.', 'When', 'Who', 'Did', 'To', 'Outcome']} numeric={[0]}>
              {items.map((e) => (
                <Entry key={e.seq} entry={e} />
              ))}
            </Table>
            {audit.hasNextPage && (
              <Button busy={audit.isFetchingNextPage} onClick={() => void audit.fetchNextPage()}>
                Older entries
              </Button>
            )}
          </>
        )}
      </Card>
    </Page>
  )
}

function Entry({ entry: e }: { entry: AuditEntry }) {
  const now = useNow()
  const detail = Object.entries(e.detail ?? {})
  return (
    <tr>
      <td className="num quiet" title={e.hash}>
        {count(e.seq)}
      </td>
      <td className="nowrap">
        <time dateTime={e.time} title={exact(e.time)}>
          {clock(e.time, now)}
        </time>
      </td>
      <td className="nowrap">
        {e.actor} {e.source && <span className="quiet mono small">{e.source}</span>}
      </td>
      <td className="mono nowrap">{e.action}</td>
      <td>
        <span className="observed">{e.object}</span>
        {detail.length > 0 && (
          <div className="small quiet observed">{detail.map(([k, v]) => `${k}: ${v}`).join(' · ')}</div>
        )}
      </td>
      <td>
        <Sign grade={e.outcome === 'ok' ? 'good' : e.outcome === 'denied' ? 'medium' : 'high'}>
          {e.outcome}
        </Sign>
      </td>
    </tr>
  )
}

function Filter() {
  const { actor, action } = useSearch({ from: '/audit' })
  const navigate = useNavigate({ from: '/audit' })
  const change = (name: 'actor' | 'action') => (value: string) =>
    void navigate({ search: (s) => ({ ...s, [name]: value.trim() || undefined }), replace: true })
  return (
    <form
      className="row"
      onSubmit={(e) => {
        e.preventDefault()
        const data = new FormData(e.currentTarget)
        change('actor')(String(data.get('actor')))
        change('action')(String(data.get('action')))
      }}
    >
      <input
        className="input input-short"
        name="actor"
        aria-label="Who"
        placeholder="Who"
        defaultValue={actor}
      />
      <input
        className="input input-short"
        name="action"
        aria-label="Did"
        placeholder="Did, as user.login"
        defaultValue={action}
      />
      <Button type="submit">Filter</Button>
    </form>
  )
}

function Verify() {
  const verifying = useMutation({ mutationFn: verifyAudit })
  const proof = verifying.data
  return (
    <>
      <span role="status">
        {proof?.ok && <Sign grade="good">{plural(proof.entries, 'entry', 'entries')}, unbroken</Sign>}
        {proof && !proof.ok && <Sign grade="critical">{proof.fault ?? 'The chain is broken'}</Sign>}
        {verifying.isError && <span className="c-high small">{verifying.error.message}</span>}
      </span>
      <Button busy={verifying.isPending} onClick={() => verifying.mutate()}>
        <ShieldCheck size={16} aria-hidden="true" /> Prove it
      </Button>
    </>
  )
}
