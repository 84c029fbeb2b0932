import { Download } from 'lucide-react'
import { exportAddress, exportFormats, type DeviceFilter } from '../../api/devices.ts'
import { buttonClass } from '../../ui/button.tsx'

const titles: Record<(typeof exportFormats)[number], string> = {
  csv: 'Table (CSV)',
  cyclonedx: 'Bill of materials (CycloneDX)',
  netbox: 'Import for NetBox (CSV)',
}

/** The devices that the filter chooses, as a file. */
export function ExportMenu({ filter }: { filter: DeviceFilter }) {
  return (
    <details className="menu">
      <summary className={buttonClass()}>
        <Download size={15} aria-hidden="true" /> Export
      </summary>
      <ul className="menu-list">
        {exportFormats.map((f) => (
          <li key={f}>
            <a href={exportAddress(filter, f)} download className="menu-item">
              {titles[f]}
            </a>
          </li>
        ))}
      </ul>
    </details>
  )
}
