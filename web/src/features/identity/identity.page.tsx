import { useSearch } from '@tanstack/react-router'
import { Page } from '../../ui/layout.tsx'
import { Clusters } from './clusters.tsx'
import { Contests } from './contests.tsx'
import { Packs } from './packs.tsx'
import { Quality } from './quality.tsx'
import { Unknowns } from './unknowns.tsx'
import { Workbench } from './workbench.tsx'
import './identity.css'

/** How well do we know what is there, and what of it do we not know? */
export function IdentityPage() {
  const { observations } = useSearch({ from: '/identity' })
  return (
    <Page
      title="Identity"
      lead="How well the devices are known, those that nobody recognised yet, and a place to try what would be recognised."
    >
      <Quality />
      <Contests />
      <Clusters />
      <Unknowns />
      <Workbench given={observations} />
      <Packs />
    </Page>
  )
}
