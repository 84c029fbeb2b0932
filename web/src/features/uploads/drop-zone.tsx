import { useNavigate } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useMay } from '../../api/session.ts'
import { HeronArt } from '../../ui/mark.tsx'
import { useSender } from './sender.tsx'
import './uploads.css'

const hasFiles = (e: DragEvent): boolean => !!e.dataTransfer?.types.includes('Files')

/** Capture files may be dropped anywhere on the page. */
export function DropZone() {
  const [over, setOver] = useState(false)
  const { send } = useSender()
  const navigate = useNavigate()
  const allowed = useMay('analyst')
  useEffect(() => {
    if (!allowed) return
    let depth = 0
    const enter = (e: DragEvent): void => {
      if (!hasFiles(e)) return
      depth++
      setOver(true)
    }
    const leave = (): void => {
      depth = Math.max(0, depth - 1)
      if (depth === 0) setOver(false)
    }
    const hold = (e: DragEvent): void => e.preventDefault()
    const drop = (e: DragEvent): void => {
      e.preventDefault()
      depth = 0
      setOver(false)
      if (!e.dataTransfer?.files.length) return
      send(e.dataTransfer.files)
      void navigate({ to: '/uploads' })
    }
    const all = { dragenter: enter, dragleave: leave, dragover: hold, drop }
    for (const [name, fn] of Object.entries(all)) window.addEventListener(name, fn as EventListener)
    return () => {
      for (const [name, fn] of Object.entries(all)) window.removeEventListener(name, fn as EventListener)
    }
  }, [allowed, navigate, send])
  if (!over) return null
  return (
    <div className="drop" aria-hidden="true">
      <div>
        <HeronArt width={220} />
        <strong>Let go to read the capture</strong>
        <span>pcap or pcapng, plain, gzip or zstd</span>
      </div>
    </div>
  )
}
