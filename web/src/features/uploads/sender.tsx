import { useQueryClient } from '@tanstack/react-query'
import { createContext, useCallback, useContext, useMemo, useState, type ReactNode } from 'react'
import { sendCapture } from '../../api/admin.ts'

/** A file on its way to the server. */
export interface Sending {
  id: number
  name: string
  share: number
  error?: string
}

interface SenderValue {
  sending: Sending[]
  send: (files: Iterable<File>) => void
  forget: (id: number) => void
}

const Context = createContext<SenderValue | null>(null)

export function useSender(): SenderValue {
  const value = useContext(Context)
  if (!value) throw new Error('no Sender above')
  return value
}

let last = 0

/** Keeps transfers going while the reader looks at other screens. */
export function Sender({ children }: { children: ReactNode }) {
  const [sending, setSending] = useState<Sending[]>([])
  const client = useQueryClient()
  const change = useCallback((id: number, with_: Partial<Sending>) => {
    setSending((l) => l.map((s) => (s.id === id ? { ...s, ...with_ } : s)))
  }, [])
  const forget = useCallback((id: number) => setSending((l) => l.filter((s) => s.id !== id)), [])
  const sendOne = useCallback(
    async (file: File): Promise<void> => {
      const id = ++last
      setSending((l) => [...l, { id, name: file.name, share: 0 }])
      try {
        await sendCapture(file, (share) => change(id, { share }))
        forget(id)
        await client.invalidateQueries({ queryKey: ['uploads'] })
      } catch (e) {
        change(id, { error: e instanceof Error ? e.message : 'It did not work.' })
      }
    },
    [change, client, forget],
  )
  const value = useMemo(
    () => ({ sending, forget, send: (files: Iterable<File>) => [...files].forEach((f) => void sendOne(f)) }),
    [sending, forget, sendOne],
  )
  return <Context value={value}>{children}</Context>
}
