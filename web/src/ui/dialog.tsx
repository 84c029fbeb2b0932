import { X } from 'lucide-react'
import { useEffect, useRef, type ReactNode } from 'react'
import { IconButton } from './button.tsx'

interface DialogProps {
  title: string
  close: () => void
  children: ReactNode
  bare?: boolean
}

/** A modal dialog: the browser's own, which keeps the focus inside and gives it back. */
export function Dialog({ title, close, children, bare = false }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const dialog = ref.current
    if (!dialog) return
    if (!dialog.open) dialog.showModal()
    // Into the first field; else to the dialog itself, and not onto the button that closes it.
    const field = dialog.querySelector<HTMLElement>('input:not([type="radio"]):not(:disabled), textarea')
    ;(field ?? dialog).focus()
    return () => dialog.close()
  }, [])
  return (
    // A press on the backdrop reaches the dialog itself; Escape does the same for the keyboard.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions, jsx-a11y/click-events-have-key-events
    <dialog
      ref={ref}
      className="dialog"
      tabIndex={-1}
      aria-label={title}
      onCancel={(e) => {
        e.preventDefault()
        close()
      }}
      onClick={(e) => e.target === ref.current && close()}
    >
      {bare ? (
        children
      ) : (
        <>
          <div className="dialog-head">
            <h2>{title}</h2>
            <IconButton label="Close" onClick={close}>
              <X size={18} aria-hidden="true" />
            </IconButton>
          </div>
          <div className="dialog-body">{children}</div>
        </>
      )}
    </dialog>
  )
}
