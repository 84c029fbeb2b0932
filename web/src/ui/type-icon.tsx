import { Box } from 'lucide-react'
import { byCategory, byType } from './type-pictures.ts'

interface TypeIconProps {
  type: string
  category?: string
  tile?: boolean
  size?: number
}

/** The picture of a kind of device. Decorative: its name stands beside it. */
export function TypeIcon({ type, category = 'other', tile = false, size = tile ? 30 : 18 }: TypeIconProps) {
  const Icon = byType[type] ?? byCategory[type] ?? byCategory[category] ?? Box
  return (
    <span className={tile ? 'type-icon type-icon-tile' : 'type-icon'} aria-hidden="true">
      <Icon size={size} strokeWidth={tile ? 1.5 : 1.7} />
    </span>
  )
}
