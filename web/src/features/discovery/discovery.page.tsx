import { useMay } from '../../api/session.ts'
import { Page } from '../../ui/layout.tsx'
import { ScanList } from './scan-list.tsx'
import { ScanWizard } from './scan-wizard.tsx'
import './discovery.css'

/** Ask the devices who they are: first the plan, then the packets. */
export function DiscoveryPage() {
  const allowed = useMay('operator')
  return (
    <Page
      title="Discovery"
      lead="Devices are asked politely who they are: read-only questions, one connection at a time to whatever may be a control device. You see all that would be sent before the first packet."
    >
      {allowed ? <ScanWizard /> : <p className="note">Operators and administrators may start a scan.</p>}
      <ScanList />
    </Page>
  )
}
