import { X } from 'lucide-react'
import { createContext, useCallback, useContext, useMemo, useState, type ReactNode } from 'react'
import { Button, IconButton } from './button.tsx'

interface Toast {
  id: number
  text: string
  bad: boolean
  act?: { label: string; run: () => void }
}

interface Say {
  (text: string, act?: Toast['act']): void
  wrong(error: unknown): void
}

const Context = createContext<Say | null>(null)

/** Says in a corner what became of something; what went wrong stays until read. */
export function useSay(): Say {
  const say = useContext(Context)
  if (!say) throw new Error('no Toasts above')
  return say
}

let last = 0

export function Toasts({ children }: { children: ReactNode }) {
  const [list, setList] = useState<Toast[]>([])
  const drop = useCallback((id: number) => setList((l) => l.filter((t) => t.id !== id)), [])
  const say = useMemo(() => {
    const push = (t: Omit<Toast, 'id'>): void => {
      const id = ++last
      setList((l) => [...l.slice(-2), { ...t, id }])
      if (!t.bad) setTimeout(() => drop(id), t.act ? 12_000 : 5000)
    }
    const fn: Say = Object.assign((text: string, act?: Toast['act']) => push({ text, bad: false, act }), {
      wrong: (e: unknown) => push({ text: e instanceof Error ? e.message : 'It did not work.', bad: true }),
    })
    return fn
  }, [drop])
  return (
    <Context value={say}>
      {children}
      <div className="toasts" role="status" aria-live="polite">
        {list.map((t) => (
          <div key={t.id} className={t.bad ? 'toast toast-bad' : 'toast'}>
            <span>{t.text}</span>
            {t.act && (
              <Button
                look="quiet"
                onClick={() => {
                  drop(t.id)
                  t.act?.run()
                }}
              >
                {t.act.label}
              </Button>
            )}
            <IconButton label="Dismiss" onClick={() => drop(t.id)}>
              <X size={16} aria-hidden="true" />
            </IconButton>
          </div>
        ))}
      </div>
    </Context>
  )
}
