import { useQuery } from '@tanstack/react-query'
import { Link, Outlet, useNavigate, useSearch } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { sessionQuery } from './api/session.ts'
import { useLiveWhile } from './api/live-hooks.ts'
import { LoginPage } from './features/login/login.page.tsx'
import { Shell } from './features/shell/shell.tsx'
import { DropZone } from './features/uploads/drop-zone.tsx'
import { Sender } from './features/uploads/sender.tsx'
import { Empty, Failure } from './ui/states.tsx'

const QuarantineWizard = lazy(() =>
  import('./features/actions/quarantine-wizard.tsx').then((m) => ({ default: m.QuarantineWizard })),
)

/** Where the features meet: who is logged in, the frame, and what may lie over every screen. */
export function Root() {
  const session = useQuery(sessionQuery)
  useLiveWhile(!!session.data)
  if (session.isError) {
    return (
      <main className="page">
        <Failure what="Heron does not answer." error={session.error} retry={() => void session.refetch()} />
      </main>
    )
  }
  if (session.data === undefined) return null
  if (session.data === null) return <LoginPage />
  return (
    <Sender>
      <Shell session={session.data}>
        <Suspense>
          <Outlet />
        </Suspense>
      </Shell>
      <Wizard />
      <DropZone />
    </Sender>
  )
}

function Wizard() {
  const { quarantine, because } = useSearch({ from: '__root__' })
  const navigate = useNavigate()
  if (!quarantine) return null
  const close = (): void => {
    void navigate({
      to: '.',
      search: (s) => ({ ...s, quarantine: undefined, because: undefined }),
      replace: true,
    })
  }
  return (
    <Suspense>
      <QuarantineWizard device={quarantine} alert={because} close={close} />
    </Suspense>
  )
}

/** A fault of ours: said honestly, with the way on. */
export function Broken({ error }: { error: unknown }) {
  return (
    <div className="page">
      <h1>This screen broke</h1>
      <Failure
        what="That is a fault of the page, not of your network."
        error={error}
        retry={() => location.reload()}
      />
    </div>
  )
}

export function NotFound() {
  return (
    <div className="page">
      <Empty title="There is no such page">
        The address may be mistyped or old. <Link to="/">Go to the overview</Link>
      </Empty>
    </div>
  )
}
