import { Check, Copy as CopyIcon } from 'lucide-react'
import { useState } from 'react'
import { IconButton } from './button.tsx'

/** Copies a text, and says that it did. */
export function Copy({ text, what }: { text: string; what: string }) {
  const [done, setDone] = useState(false)
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text)
    setDone(true)
    setTimeout(() => setDone(false), 2000)
  }
  return (
    <IconButton label={done ? 'Copied' : `Copy ${what}`} onClick={() => void copy()}>
      {done ? <Check size={16} aria-hidden="true" /> : <CopyIcon size={16} aria-hidden="true" />}
    </IconButton>
  )
}
