import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { Browser } from 'playwright-core'
import type { Alert, Device, List } from '../src/api/types.ts'
import { fields } from '../src/lib/search-language.ts'
import { api, audit, launch, until, visit } from './browser.ts'
import { capture, ip, mac, strangers } from './capture.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

const screens = [
  '/',
  '/devices',
  '/alerts',
  '/actions',
  '/discovery',
  '/identity',
  '/sensors',
  '/uploads',
  '/audit',
  '/settings',
]
const settings = [
  '/settings?tab=users',
  '/settings?tab=tokens',
  '/settings?tab=zones',
  '/settings?tab=credentials',
  '/settings?tab=notifiers',
]
const tabs = [
  'evidence',
  'services',
  'network',
  'behavior',
  'vulnerabilities',
  'risk',
  'compliance',
  'actions',
  'timeline',
]

/** Every screen there is, with the parts of the device most at risk. */
async function everyScreen(path: string): Promise<string[]> {
  const v = await visit(browser, path)
  await until('devices', async () => (await api<List<Device>>(v.page, 'GET', '/devices?limit=1')).total > 20)
  const { items } = await api<List<Device>>(v.page, 'GET', '/devices?limit=1&sort=-risk')
  await v.context.close()
  const id = items[0]?.id ?? ''
  return [
    ...screens,
    ...settings,
    ...tabs.map((t) => `/devices/${id}?tab=${t}`),
    `/devices/${id}?quarantine=${id}`,
  ]
}

describe('the page', () => {
  it('asks who you are, says what was wrong, and lets you in', async () => {
    const context = await browser.newContext({ baseURL: inject('base') })
    const page = await context.newPage()
    await page.goto('/devices')
    await page.getByLabel('Password').fill('wrong')
    await page.getByRole('button', { name: 'Log in' }).click()
    await page.getByRole('alert').waitFor()
    expect(await page.getByLabel('Password').inputValue()).toBe('wrong')
    expect(await audit(page)).toEqual([])
    await page.getByLabel('Password').fill(inject('password'))
    await page.getByRole('button', { name: 'Log in' }).click()
    await page.getByRole('heading', { name: 'Devices' }).waitFor()
    await context.close()
  })

  it('says on every screen that this is a simulation, and asks nothing of the outside', async () => {
    const v = await visit(browser, '/')
    for (const path of await everyScreen('/')) {
      await v.page.goto(path)
      await v.page.locator('.ribbon').filter({ hasText: 'Simulation' }).waitFor()
      await v.page.waitForSelector('#main h1')
    }
    expect(v.outside).toEqual([])
    expect(v.errors).toEqual([])
    await v.context.close()
  })

  it('filters devices, keeps the filter in the address, and opens one', async () => {
    const { page, context } = await visit(browser, '/devices')
    const rows = page.locator('.dt-row:not(.dt-blank) .dt-link')
    await until('rows', async () => (await rows.count()) > 5)
    await page.getByLabel('Search devices').fill('type:camera')
    await until('the address', () => Promise.resolve(page.url().includes('q=type%3Acamera')))
    const matches = async (): Promise<number> =>
      parseInt(await page.locator('.devices-head [role=status]').first().innerText())
    await until('only cameras', async () => {
      const types = await page.locator('.dt-row:not(.dt-blank) .dt-type').allInnerTexts()
      return types.length > 0 && types.every((t) => t.includes('Camera'))
    })
    const cameras = await matches()
    await page.reload()
    await until('the same after a reload', async () => (await matches()) === cameras)
    await page.locator('.facet', { hasText: 'Vendor' }).getByRole('checkbox').first().check()
    await until('fewer', async () => page.url().includes('vendor=') && (await matches()) <= cameras)
    await rows.first().click()
    await page.getByRole('heading', { name: 'Why we think so' }).waitFor()
    for (const tab of ['Risk', 'Compliance', 'Timeline']) {
      await page.getByRole('link', { name: tab, exact: true }).click()
      await page.locator('.tab[aria-current=page]', { hasText: tab }).waitFor()
      await page.locator('.tabs + .stack .card').first().waitFor()
    }
    expect(page.url()).toContain('tab=timeline')
    await context.close()
  })

  it('sorts by every heading, opens every view, and finds by every field that it offers', async () => {
    const { page, context } = await visit(browser, '/devices')
    const first = page.locator('.dt-row:not(.dt-blank) .dt-link').first()
    await first.waitFor()
    for (const heading of await page.locator('.dt-head button').all()) {
      for (const order of ['once', 'twice']) {
        await heading.click()
        await until('the order', () => Promise.resolve(page.url().includes('sort=')))
        await page.waitForLoadState('networkidle')
        expect(await page.locator('.failure').count(), `${await heading.innerText()} ${order}`).toBe(0)
        await first.waitFor()
      }
    }
    for (const view of await page.locator('.view button').all()) {
      await view.click()
      await page.waitForLoadState('networkidle')
      expect(await page.locator('.failure').count(), await view.innerText()).toBe(0)
    }
    for (const f of fields) {
      await api<List<Device>>(page, 'GET', `/devices?limit=1&q=${encodeURIComponent(f.example)}`)
    }
    await context.close()
  })

  it('says how critical a device is and why, and takes a person’s word', async () => {
    const { page, context } = await visit(browser, '/devices')
    const { items } = await api<List<Device>>(page, 'GET', '/devices?limit=1&q=type:infusion_pump')
    await page.goto(`/devices/${items[0]?.id}`)
    const standing = page.locator('.standing')
    await standing.getByText('by its type: infusion pump').first().waitFor()
    await page.getByRole('button', { name: 'Change…' }).click()
    const dialog = page.getByRole('dialog', { name: 'How critical is it, and at which level?' })
    await dialog.getByLabel(/^Criticality/).selectOption('low')
    await dialog.getByLabel('How do you know?').fill('a spare')
    expect(await audit(page)).toEqual([])
    await dialog.getByRole('button', { name: 'So it is' }).click()
    await standing.getByText('by admin: a spare; expected of its type: critical').waitFor()
    await page.goto('/devices?q=type:infusion_pump')
    await page.locator('.facet', { hasText: 'Criticality' }).getByLabel('Low').check()
    await until('the spare alone', async () => {
      const shown = await page.locator('.dt-row:not(.dt-blank) .dt-criticality').allInnerTexts()
      return shown.length === 2 && /low/.test(shown[1] ?? '') // the heading, and one row
    })
    await page.locator('.dt-link').first().click()
    await page.getByRole('button', { name: 'Take back what was said of the Criticality' }).click()
    await standing.getByText('by its type: infusion pump').first().waitFor()
    await page.getByRole('link', { name: 'Timeline', exact: true }).click()
    await page.locator('.history', { hasText: 'Criticality set to low' }).getByText('taken back').waitFor()
    await page.locator('.timeline', { hasText: 'criticality is low, not critical' }).waitFor()
    await context.close()
  })

  it('changes a zone, and its devices follow', async () => {
    const { page, context } = await visit(browser, '/settings?tab=zones')
    const ward = page.getByRole('row', { name: /^Ward/ })
    const give = async (criticality: string): Promise<void> => {
      await ward.getByRole('button', { name: 'Change…' }).click()
      await page.getByLabel('Criticality').selectOption({ label: criticality })
      await page.getByRole('button', { name: 'Save' }).click()
      await page.getByRole('heading', { name: 'Draw a zone' }).waitFor()
      await ward.filter({ hasText: criticality }).waitFor()
    }
    await give('Low')
    const { items } = await api<List<Device>>(page, 'GET', '/devices?limit=1&q=type:infusion_pump')
    await page.goto(`/devices/${items[0]?.id}`)
    await page.locator('.standing').getByText('by its zone; expected of its type: critical').waitFor()
    await page.goto('/settings?tab=zones')
    await give('by type')
    await context.close()
  })

  it('sets what a switch is asked with, tells no secret, and forgets it', async () => {
    const { page, context } = await visit(browser, '/settings?tab=credentials')
    await page.getByText('No credential yet').waitFor()
    await page.getByLabel('Name').fill('core')
    await page.getByLabel('Kind').selectOption('snmp_user')
    await page.getByLabel('User', { exact: true }).fill('heron')
    await page.getByLabel('Password for the proof').fill('short')
    await page.getByRole('button', { name: 'Set', exact: true }).click()
    await page.getByRole('alert').filter({ hasText: 'at least 8' }).waitFor()
    await page.getByLabel('Password for the proof').fill('a long enough one')
    await page.getByLabel('Password for AES, empty for none').fill('another long one')
    await page.getByRole('button', { name: 'Set', exact: true }).click()
    const core = page.getByRole('row', { name: /^core/ })
    await core.filter({ hasText: 'sha256, aes' }).waitFor()
    const list = await api<List<unknown>>(page, 'GET', '/credentials')
    expect(JSON.stringify(list)).not.toContain('long')
    await core.getByRole('button', { name: 'Remove' }).click()
    await page.getByText('No credential yet').waitFor()
    await context.close()
  })

  it('explains a search that it does not understand', async () => {
    const { page, context } = await visit(browser, '/devices?q=colour:red')
    await page.locator('.failure', { hasText: 'no field' }).waitFor()
    await context.close()
  })

  it('shows a change live, without a reload, and a rename by hand', async () => {
    const { page, context } = await visit(browser, '/devices?sort=name')
    await page.locator('.dt-link').first().waitFor()
    await page.locator('.live[data-state=live]').waitFor()
    const href = (await page.locator('.dt-link').first().getAttribute('href')) ?? ''
    const id = href.split('/').at(-1) ?? ''
    await api(page, 'PATCH', `/devices/${id}`, { name: 'AAA heard live' })
    await page.locator('.dt-link', { hasText: 'AAA heard live' }).waitFor({ timeout: 10_000 })
    await page.locator('.dt-link', { hasText: 'AAA heard live' }).click()
    await page.getByRole('button', { name: 'Rename' }).click()
    await page.getByLabel('Name of the device').fill('AAA renamed')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'AAA renamed' }).waitFor()
    await page.getByRole('link', { name: 'Timeline', exact: true }).click()
    await page
      .locator('.history', { hasText: 'Called AAA renamed' })
      .getByRole('button', { name: 'Undo' })
      .first()
      .click()
    await page.getByRole('heading', { name: 'AAA heard live' }).waitFor()
    await context.close()
  })

  it('reads a capture that is dropped on any screen, and finds the device in it', async () => {
    const { page, context } = await visit(browser, '/sensors')
    const data = await page.evaluateHandle((b64) => {
      const t = new DataTransfer()
      const raw = Uint8Array.from(atob(b64), (c) => c.charCodeAt(0))
      t.items.add(new File([raw], 'hall.pcap'))
      return t
    }, capture().toString('base64'))
    await page.dispatchEvent('main', 'dragenter', { dataTransfer: data })
    await page.locator('.drop').waitFor()
    await page.dispatchEvent('main', 'drop', { dataTransfer: data })
    await page
      .locator('.upload', { hasText: 'hall.pcap' })
      .filter({ hasText: 'done' })
      .waitFor({ timeout: 30_000 })
    await page.getByRole('link', { name: '1 device found' }).waitFor()
    await page.goto(`/devices?q=${encodeURIComponent(`mac:${mac}`)}`)
    await page.locator('.dt-address', { hasText: ip }).waitFor({ timeout: 30_000 })
    await context.close()
  })

  it('names a group of unknown devices at once', async () => {
    const { page, context } = await visit(browser, '/uploads')
    await page
      .locator('input[type="file"]')
      .setInputFiles({ name: 'strangers.pcap', mimeType: 'application/octet-stream', buffer: strangers() })
    await page.getByRole('link', { name: '3 devices found' }).waitFor({ timeout: 30_000 })
    const group = page.getByRole('listitem', { name: '3 devices such as zork' })
    // Groups are made anew each minute.
    await until(
      'the group',
      async () => {
        await page.goto('/identity')
        await page.getByRole('heading', { name: 'Not recognised, and alike' }).waitFor()
        await page.getByText('like no other').waitFor()
        return (await group.count()) === 1
      },
      90_000,
    )
    await group.getByText('gives the name “zork-#” all of them, and nobody else').waitFor()
    await group.getByText('All that they have in common').click()
    await group.getByRole('link', { name: 'zork-0a1b22' }).waitFor()
    expect(await audit(page)).toEqual([])
    await group.getByRole('button', { name: 'I know what they are…' }).click()
    const dialog = page.getByRole('dialog', { name: 'What are these 3?' })
    await dialog.getByLabel('Type of device').fill('Robot')
    await dialog.getByLabel('Vendor').fill('Zork')
    await dialog.getByRole('button', { name: 'So it is' }).click()
    await dialog.waitFor({ state: 'detached' })
    await page.goto('/devices?q=vendor:zork')
    await until('all three', async () => (await page.locator('.dt-link').count()) === 3)

    // What was said of one is offered for another like it.
    await page.locator('.dt-link', { hasText: 'zork' }).first().click()
    await page.getByRole('button', { name: 'Take back what was said of type' }).click()
    await page.getByText('set by').nth(1).waitFor({ state: 'detached' })
    await page.goto('/identity')
    const one = page.locator('.clusters > li', { hasText: 'of which a person said: Zork Home robot' })
    await one.getByRole('button', { name: 'So is this' }).click()
    await one.waitFor({ state: 'detached' })
    await context.close()
  }, 150_000)

  it('goes everywhere by the keyboard', async () => {
    const { page, context } = await visit(browser, '/')
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the content')
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keys' }).waitFor()
    await page.keyboard.press('Escape')
    await until('closed', async () => (await page.getByRole('dialog').count()) === 0)
    await page.keyboard.press('g')
    await page.keyboard.press('d')
    await page.getByRole('heading', { name: 'Devices' }).waitFor()
    await page.locator('.dt-link').first().waitFor()
    for (const key of ['j', 'j', 'k', 'x']) await page.keyboard.press(key)
    await page.locator('.selection', { hasText: '1 selected' }).waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Why we think so' }).waitFor()
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: /Find a device/ }).pressSequentially('sensors')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Sensors' }).waitFor()
    await context.close()
  })

  it('plans a quarantine without doing anything, then does it and releases it', async () => {
    const { page, context } = await visit(browser, '/devices')
    const { items } = await api<List<Device>>(page, 'GET', '/devices?limit=1&local=true&q=category:home')
    const device = items[0]
    if (!device) throw new Error('the demo has no home device')
    const held = async (): Promise<boolean> =>
      !!(await api<Device>(page, 'GET', `/devices/${device.id}`)).quarantined
    await page.goto(`/devices/${device.id}`)
    await page.getByRole('link', { name: 'Quarantine…' }).first().click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Why?').fill('rehearsal')
    await dialog.getByRole('button', { name: 'Show the plan' }).click()
    await dialog.getByText('The way back.').waitFor()
    await dialog.getByText('Exactly this changes').waitFor()
    expect(await audit(page)).toEqual([])
    expect(await held()).toBe(false)
    await dialog.getByRole('button', { name: /Cut it off/ }).click()
    await page.getByRole('heading', { name: 'Actions', exact: true }).waitFor()
    await until('in quarantine', held)
    const card = page.locator('.action', { hasText: 'rehearsal' }).filter({ hasText: 'Verified' })
    await card.getByRole('button', { name: 'Release' }).click()
    await until('released', async () => !(await held()))
    await context.close()
  })

  it('triages an alert: reads, saves its packets, judges, closes', { timeout: 300_000 }, async () => {
    const { page, context, errors } = await visit(browser, '/alerts')
    await until(
      'an attack of the demo',
      async () => (await api<List<Alert>>(page, 'GET', '/alerts?state=open&limit=1')).total > 0,
      280_000,
    )
    await page.reload()
    await page.locator('.inbox-item').first().waitFor()
    await page.keyboard.press('j')
    await page.getByRole('group', { name: 'Was it so?' }).waitFor()
    const id = new URL(page.url()).searchParams.get('alert')
    const alert = (): Promise<Alert> => api<Alert>(page, 'GET', `/alerts/${id}`)
    const saved = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Packets' }).click()
    const file = await (await saved).path()
    expect(readFileSync(file).readUInt32LE(0)).toBe(0x0a0d0d0a) // a pcapng section
    await page.getByRole('button', { name: 'True', exact: true }).click()
    await until('judged', async () => (await alert()).verdict === 'true')
    await until('free again', () => page.getByRole('button', { name: 'Close', exact: true }).isEnabled())
    await page.keyboard.press('c')
    await until('closed', async () => (await alert()).state === 'closed')
    await page.locator('.pane .chip', { hasText: 'closed' }).waitFor()
    expect(errors).toEqual([])
    expect(await audit(page)).toEqual([])
    await context.close()
  })
})

describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
  it('axe finds nothing on any screen', { timeout: 180_000 }, async () => {
    const { page, context } = await visit(browser, '/', { colorScheme })
    const found: string[] = []
    for (const path of await everyScreen('/')) {
      await page.goto(path)
      await page.waitForSelector('#main h1')
      await until('loaded', async () => (await page.locator('#main [aria-label=Loading]').count()) === 0)
      found.push(...(await audit(page)).map((f) => `${path} ${f}`))
    }
    expect(found).toEqual([])
    await context.close()
  })
})

describe.each([320, 390])('on a phone of %d px', (width) => {
  it(
    'nothing is wider than the screen, and what is pressed is large enough',
    { timeout: 120_000 },
    async () => {
      const { page, context } = await visit(browser, '/', {
        viewport: { width, height: 700 },
        hasTouch: true,
        isMobile: true,
      })
      const wrong: string[] = []
      for (const path of await everyScreen('/')) {
        await page.goto(path)
        await page.waitForSelector('#main h1')
        await until('loaded', async () => (await page.locator('#main [aria-label=Loading]').count()) === 0)
        const faults = await page.evaluate(() => {
          const out: string[] = []
          const main = document.querySelector('#main')
          if (main && main.scrollWidth > main.clientWidth + 1) out.push(`content ${main.scrollWidth} px wide`)
          if (document.documentElement.scrollWidth > innerWidth + 1) out.push('page wider than the screen')
          for (const cell of document.querySelectorAll<HTMLElement>('#main td:has(.observed)'))
            if (cell.clientWidth < 200) out.push(`what was observed squeezed to ${cell.clientWidth} px`)
          for (const e of document.querySelectorAll<HTMLElement>(
            '.button, .nav-link, .tab, .inbox-item, .facet-row',
          )) {
            const box = e.getBoundingClientRect()
            if (box.width > 0 && box.height < 43.5)
              out.push(`${e.className} "${e.innerText}" ${box.height} px high`)
          }
          return out
        })
        wrong.push(...faults.map((f) => `${path}: ${f}`))
      }
      expect(wrong).toEqual([])
      await context.close()
    },
  )
})
