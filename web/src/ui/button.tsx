import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react'

type Look = 'plain' | 'primary' | 'quiet' | 'danger'

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: Look
  busy?: boolean
  ref?: Ref<HTMLButtonElement>
}

export const buttonClass = (look: Look = 'plain'): string =>
  look === 'plain' ? 'button' : `button button-${look}`

export function Button({ look = 'plain', busy, className = '', children, disabled, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      className={`${buttonClass(look)} ${className}`}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      {...rest}
    >
      {children}
    </button>
  )
}

interface IconButtonProps extends ButtonProps {
  label: string
  children: ReactNode
}

/** A button that shows only a picture: its name is said and shown on hover. */
export function IconButton({ label, className = '', look = 'quiet', ...rest }: IconButtonProps) {
  return (
    <Button look={look} aria-label={label} title={label} className={`button-icon ${className}`} {...rest} />
  )
}
