import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router'
import { Broken, NotFound, Root } from './root.tsx'
import { formatPageSearch, parsePageSearch, text, texts } from './lib/page-search.ts'

// Every address of the page, and what its search part may hold. Screens are
// loaded when first shown; the links to them load them ahead.

interface RootSearch {
  /** Id of the device that the quarantine wizard is open for. */
  quarantine?: string
  /** Id of the alert that made someone open it. */
  because?: string
}

interface DevicesSearch {
  q?: string
  type?: string[]
  vendor?: string[]
  zone?: string[]
  level?: string[]
  criticality?: string[]
  purdue_level?: string[]
  presence?: string[]
  sensor?: string[]
  /** Shows hosts beyond the watched networks too. */
  beyond?: 'yes'
  sort?: string
  selected?: string[]
}

interface AlertsSearch {
  /** "all", or one of the states; open when absent. */
  state?: string
  severity?: string[]
  /** Id of the device that they are about. */
  device?: string
  q?: string
  alert?: string
}

const rootRoute = createRootRoute({
  component: Root,
  notFoundComponent: NotFound,
  errorComponent: Broken,
  validateSearch: (s: Record<string, unknown>): RootSearch => ({
    quarantine: text(s.quarantine),
    because: text(s.because),
  }),
})

const overview = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  component: lazyRouteComponent(() => import('./features/overview/overview.page.tsx'), 'OverviewPage'),
})

const devices = createRoute({
  getParentRoute: () => rootRoute,
  path: '/devices',
  validateSearch: (s: Record<string, unknown>): DevicesSearch => ({
    q: text(s.q),
    type: texts(s.type),
    vendor: texts(s.vendor),
    zone: texts(s.zone),
    level: texts(s.level),
    criticality: texts(s.criticality),
    purdue_level: texts(s.purdue_level),
    presence: texts(s.presence),
    sensor: texts(s.sensor),
    beyond: s.beyond === 'yes' ? 'yes' : undefined,
    sort: text(s.sort),
    selected: texts(s.selected),
  }),
  component: lazyRouteComponent(() => import('./features/devices/devices.page.tsx'), 'DevicesPage'),
})

const device = createRoute({
  getParentRoute: () => rootRoute,
  path: '/devices/$id',
  validateSearch: (s: Record<string, unknown>): { tab?: string } => ({ tab: text(s.tab) }),
  component: lazyRouteComponent(() => import('./features/device/device.page.tsx'), 'DevicePage'),
})

const alerts = createRoute({
  getParentRoute: () => rootRoute,
  path: '/alerts',
  validateSearch: (s: Record<string, unknown>): AlertsSearch => ({
    state: text(s.state),
    severity: texts(s.severity),
    device: text(s.device),
    q: text(s.q),
    alert: text(s.alert),
  }),
  component: lazyRouteComponent(() => import('./features/alerts/alerts.page.tsx'), 'AlertsPage'),
})

const actions = createRoute({
  getParentRoute: () => rootRoute,
  path: '/actions',
  component: lazyRouteComponent(() => import('./features/actions/actions.page.tsx'), 'ActionsPage'),
})

const discovery = createRoute({
  getParentRoute: () => rootRoute,
  path: '/discovery',
  component: lazyRouteComponent(() => import('./features/discovery/discovery.page.tsx'), 'DiscoveryPage'),
})

const identity = createRoute({
  getParentRoute: () => rootRoute,
  path: '/identity',
  // What stands on the workbench, each KEY=VALUE.
  validateSearch: (s: Record<string, unknown>): { observations?: string[] } => ({
    observations: texts(s.observations),
  }),
  component: lazyRouteComponent(() => import('./features/identity/identity.page.tsx'), 'IdentityPage'),
})

const sensors = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sensors',
  component: lazyRouteComponent(() => import('./features/sensors/sensors.page.tsx'), 'SensorsPage'),
})

const uploads = createRoute({
  getParentRoute: () => rootRoute,
  path: '/uploads',
  component: lazyRouteComponent(() => import('./features/uploads/uploads.page.tsx'), 'UploadsPage'),
})

const audit = createRoute({
  getParentRoute: () => rootRoute,
  path: '/audit',
  validateSearch: (s: Record<string, unknown>): { actor?: string; action?: string } => ({
    actor: text(s.actor),
    action: text(s.action),
  }),
  component: lazyRouteComponent(() => import('./features/audit/audit.page.tsx'), 'AuditPage'),
})

const settings = createRoute({
  getParentRoute: () => rootRoute,
  path: '/settings',
  validateSearch: (s: Record<string, unknown>): { tab?: string } => ({ tab: text(s.tab) }),
  component: lazyRouteComponent(() => import('./features/settings/settings.page.tsx'), 'SettingsPage'),
})

// Addresses that notifications and people's memories may hold.
const alertLink = createRoute({
  getParentRoute: () => rootRoute,
  path: '/alerts/$id',
  beforeLoad: ({ params }) => {
    throw redirect({ to: '/alerts', search: { alert: params.id } })
  },
})

export const router = createRouter({
  routeTree: rootRoute.addChildren([
    overview,
    devices,
    device,
    alerts,
    alertLink,
    actions,
    discovery,
    identity,
    sensors,
    uploads,
    audit,
    settings,
  ]),
  parseSearch: parsePageSearch,
  stringifySearch: formatPageSearch,
  defaultPreload: 'intent',
  defaultErrorComponent: Broken,
  scrollRestoration: true,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
