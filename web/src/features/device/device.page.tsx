import { useQuery } from '@tanstack/react-query'
import { Link, Navigate, useParams, useSearch } from '@tanstack/react-router'
import { deviceQuery } from '../../api/devices.ts'
import type { Device } from '../../api/types.ts'
import { assertNever } from '../../lib/assert-never.ts'
import { Await, Skeleton } from '../../ui/states.tsx'
import { DeviceHead } from './device-head.tsx'
import { IdentityCard } from './identity-card.tsx'
import { ActionsTab } from './tab-actions.tsx'
import { BehaviorTab } from './tab-behavior.tsx'
import { ComplianceTab } from './tab-compliance.tsx'
import { EvidenceTab } from './tab-evidence.tsx'
import { NetworkTab } from './tab-network.tsx'
import { RiskTab } from './tab-risk.tsx'
import { ServicesTab } from './tab-services.tsx'
import { TimelineTab } from './tab-timeline.tsx'
import { VulnerabilitiesTab } from './tab-vulnerabilities.tsx'
import './device.css'

const tabs = [
  ['evidence', 'Evidence'],
  ['services', 'Services'],
  ['network', 'Network'],
  ['behavior', 'Behaviour'],
  ['vulnerabilities', 'Vulnerabilities'],
  ['risk', 'Risk'],
  ['compliance', 'Compliance'],
  ['actions', 'Actions'],
  ['timeline', 'Timeline'],
] as const

type Tab = (typeof tabs)[number][0]

/** What is this, and can I trust that? */
export function DevicePage() {
  const { id } = useParams({ from: '/devices/$id' })
  const device = useQuery(deviceQuery(id))
  return (
    <div className="page">
      <Await query={device} what="This device" loading={<Skeleton lines={10} height={24} />}>
        {(d) =>
          d.merged_into ? (
            <Navigate to="/devices/$id" params={{ id: d.merged_into }} replace />
          ) : (
            <Loaded device={d} />
          )
        }
      </Await>
    </div>
  )
}

function Loaded({ device }: { device: Device }) {
  const search = useSearch({ from: '/devices/$id' })
  const tab: Tab = tabs.find(([name]) => name === search.tab)?.[0] ?? 'evidence'
  return (
    <>
      <DeviceHead device={device} />
      <IdentityCard device={device} />
      <nav className="tabs" aria-label="About this device">
        {tabs.map(([name, title]) => (
          <Link
            key={name}
            to="/devices/$id"
            params={{ id: device.id }}
            search={{ tab: name }}
            replace
            className="tab"
            aria-current={name === tab ? 'page' : undefined}
            activeProps={{}}
            activeOptions={{ exact: true, includeSearch: true }}
          >
            {title}
            {name === 'services' && <Count n={device.services?.length} />}
          </Link>
        ))}
      </nav>
      <div className="stack">
        <TabBody tab={tab} device={device} />
      </div>
    </>
  )
}

function Count({ n }: { n: number | undefined }) {
  return n ? <span className="tab-count">{n}</span> : null
}

function TabBody({ tab, device }: { tab: Tab; device: Device }) {
  switch (tab) {
    case 'evidence':
      return <EvidenceTab device={device} />
    case 'services':
      return <ServicesTab device={device} />
    case 'network':
      return <NetworkTab device={device} />
    case 'behavior':
      return <BehaviorTab id={device.id} />
    case 'vulnerabilities':
      return <VulnerabilitiesTab id={device.id} />
    case 'risk':
      return <RiskTab id={device.id} />
    case 'compliance':
      return <ComplianceTab id={device.id} />
    case 'actions':
      return <ActionsTab device={device} />
    case 'timeline':
      return <TimelineTab device={device} />
    default:
      return assertNever(tab)
  }
}
