import {
  Activity,
  Bell,
  FileClock,
  Fingerprint,
  HardDriveUpload,
  LayoutDashboard,
  RadioTower,
  Radar,
  Settings,
  ShieldCheck,
  type LucideIcon,
} from 'lucide-react'

interface Place {
  to:
    | '/'
    | '/devices'
    | '/alerts'
    | '/actions'
    | '/discovery'
    | '/identity'
    | '/sensors'
    | '/uploads'
    | '/audit'
    | '/settings'
  title: string
  icon: LucideIcon
  /** Pressed after "g" it leads here. */
  key: string
  /** Shown in the bar of a phone. */
  main?: boolean
}

export const places: Place[] = [
  { to: '/', title: 'Overview', icon: LayoutDashboard, key: 'o', main: true },
  { to: '/devices', title: 'Devices', icon: Activity, key: 'd', main: true },
  { to: '/alerts', title: 'Alerts', icon: Bell, key: 'a', main: true },
  { to: '/actions', title: 'Actions', icon: ShieldCheck, key: 'q', main: true },
  { to: '/discovery', title: 'Discovery', icon: Radar, key: 'e' },
  { to: '/identity', title: 'Identity', icon: Fingerprint, key: 'i' },
  { to: '/sensors', title: 'Sensors', icon: RadioTower, key: 's' },
  { to: '/uploads', title: 'Captures', icon: HardDriveUpload, key: 'u' },
  { to: '/audit', title: 'Audit', icon: FileClock, key: 'l' },
  { to: '/settings', title: 'Settings', icon: Settings, key: ',' },
]
