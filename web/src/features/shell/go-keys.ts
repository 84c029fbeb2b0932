import { useNavigate } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { typing } from '../../lib/hotkeys.ts'
import { places } from './places.ts'

/** "g" and then a letter goes to a screen. */
export function useGoKeys(): void {
  const navigate = useNavigate()
  const pressed = useRef(0)
  useEffect(() => {
    const press = (e: KeyboardEvent): void => {
      if (typing(e.target) || e.ctrlKey || e.metaKey || e.altKey) return
      if (document.querySelector('dialog[open]')) return
      const since = Date.now() - pressed.current
      pressed.current = e.key === 'g' ? Date.now() : 0
      const place = since < 1200 ? places.find((p) => p.key === e.key) : undefined
      if (!place) return
      e.preventDefault()
      e.stopImmediatePropagation()
      void navigate({ to: place.to })
    }
    document.addEventListener('keydown', press, true)
    return () => document.removeEventListener('keydown', press, true)
  }, [navigate])
}
