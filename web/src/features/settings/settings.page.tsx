import { Link, useSearch } from '@tanstack/react-router'
import { useMay } from '../../api/session.ts'
import { Page } from '../../ui/layout.tsx'
import { CredentialsTab } from './tab-credentials.tsx'
import { NotifiersTab } from './tab-notifiers.tsx'
import { PasswordTab } from './tab-password.tsx'
import { TokensTab } from './tab-tokens.tsx'
import { UsersTab } from './tab-users.tsx'
import { ZonesTab } from './tab-zones.tsx'
import './settings.css'

const tabs = [
  ['you', 'You'],
  ['users', 'Users'],
  ['tokens', 'API tokens'],
  ['zones', 'Zones'],
  ['credentials', 'Switches'],
  ['notifiers', 'Notifications'],
] as const

export function SettingsPage() {
  const search = useSearch({ from: '/settings' })
  const admin = useMay('admin')
  const tab = admin ? (search.tab ?? 'you') : 'you'
  return (
    <Page title="Settings">
      <nav className="tabs" aria-label="Settings">
        {tabs
          .filter(([name]) => admin || name === 'you')
          .map(([name, title]) => (
            <Link
              key={name}
              to="/settings"
              search={{ tab: name }}
              className="tab"
              activeProps={{ 'aria-current': undefined }}
              aria-current={tab === name ? 'page' : undefined}
            >
              {title}
            </Link>
          ))}
      </nav>
      {tab === 'you' && <PasswordTab />}
      {tab === 'users' && <UsersTab />}
      {tab === 'tokens' && <TokensTab />}
      {tab === 'zones' && <ZonesTab />}
      {tab === 'credentials' && <CredentialsTab />}
      {tab === 'notifiers' && <NotifiersTab />}
    </Page>
  )
}
