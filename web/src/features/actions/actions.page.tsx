import { useQuery } from '@tanstack/react-query'
import { actionsQuery } from '../../api/actions.ts'
import type { Action } from '../../api/types.ts'
import { Card, Page } from '../../ui/layout.tsx'
import { Await, Empty } from '../../ui/states.tsx'
import { ActionCard } from './action-card.tsx'
import './actions.css'

const waiting = new Set(['proposed'])
const running = new Set(['approved', 'running', 'verified', 'unknown'])

/** What waits, what holds, what was. */
export function ActionsPage() {
  const actions = useQuery(actionsQuery())
  return (
    <Page
      title="Actions"
      lead="What Heron does to devices and to the network: planned first, approved by a person, verified by reading back, undone by a timer or a click."
    >
      <Await query={actions} what="The actions">
        {({ items }) => <Board items={items} />}
      </Await>
    </Page>
  )
}

function Board({ items }: { items: Action[] }) {
  const real = items.filter((a) => !a.dry_run)
  const asks = real.filter((a) => waiting.has(a.state))
  const holds = real.filter((a) => running.has(a.state))
  const rest = items.filter((a) => !asks.includes(a) && !holds.includes(a))
  if (items.length === 0) {
    return (
      <Card>
        <Empty title="Nothing was done yet">
          Quarantine a device from its page or from an alert. You will see the exact change before anything
          happens.
        </Empty>
      </Card>
    )
  }
  return (
    <>
      {asks.length > 0 && <Column title="Waits for approval" items={asks} />}
      <Column title="In force" items={holds} none="Nothing is held in quarantine." />
      {rest.length > 0 && <Column title="Over" items={rest} />}
    </>
  )
}

function Column({ title, items, none }: { title: string; items: Action[]; none?: string }) {
  return (
    <section className="stack-s" aria-label={title}>
      <h2>{title}</h2>
      {items.length === 0 && <p className="quiet">{none}</p>}
      <div className="board">
        {items.map((a) => (
          <ActionCard key={a.id} action={a} />
        ))}
      </div>
    </section>
  )
}
